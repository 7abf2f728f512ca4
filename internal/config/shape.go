package config

import (
	"slices"
	"strings"
	"unicode"
)

// shape is what a kind of value looks like to whoever cannot run its codec: an editor
// with the JSON schema. It accepts every text the codec does, and perhaps more.
type shape struct {
	json    string   // the type of JSON that a value may have beside string; empty: none
	words   []string // in any case
	pattern string   // of a whole value; with words, of the values that are none
	least   int      // of a number
}

// Patterns of values. They are in the common part of Go's and of JavaScript's syntax.
const (
	integerPattern  = `\s*[+-]?[0-9]+(_[0-9]+)*\s*`
	positivePattern = `\s*\+?[0_]*[1-9][0-9_]*\s*`
	sizePattern     = `\s*[+-]?[0-9]+(_[0-9]+)*\s*([kKmMgG][bB]?)?`
	durationPattern = integerPattern + `|\s*\+?([0-9]*\.?[0-9]*(ns|us|µs|μs|ms|s|m|h))+\s*`
	partPattern     = `\s*(0*(\.[0-9]*)?|0*1(\.0*)?)\s*`
	limitPattern    = `\s*|\s*\+?[0-9_]+\s*/.+`
	octalPattern    = `\s*(0[oO])?[0-7]+\s*`
	exitPattern     = `\s*|\s*\+?[0-9_]+\s*(,\s*\+?[0-9_]+\s*)*`
	namePattern     = `\s*[^ :/]+\s*`
	addressPattern  = `(.*:)?\s*\+?[0-9_]+\s*`
	socketPattern   = `unix:///.*|tcp://.+:[0-9]+`
)

// booleanWords are the texts of booleans.
var booleanWords = []string{"true", "false", "yes", "no", "on", "off", "1", "0"}

// loglevelWords are the names of log levels that the manual has, and their other names.
func loglevelWords() []string {
	var all []string
	for _, l := range loglevels {
		all = append(all, strings.Fields(l.names)...)
	}
	return slices.DeleteFunc(all, func(w string) bool { return w == "/" })
}

// wordPattern matches the words in any case.
func wordPattern(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte('|')
		}
		for _, c := range w {
			if upper := unicode.ToUpper(c); upper != c {
				b.WriteString("[" + string(upper) + string(c) + "]")
			} else {
				b.WriteRune(c)
			}
		}
	}
	return b.String()
}
