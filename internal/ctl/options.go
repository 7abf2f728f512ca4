package ctl

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/pflag"
)

// options are the flags that verbs take. Python's supervisorctl has none: -f and -N of
// tail are arguments.
type options struct {
	help  bool
	watch bool
}

// optionRow is a flag of verbs.
type optionRow struct {
	name   string
	define func(set *pflag.FlagSet, o *options)
}

// optionTable lists the flags, of which a verb names those it takes.
var optionTable = []optionRow{
	{"help", func(set *pflag.FlagSet, o *options) { set.BoolVar(&o.help, "help", false, "show this help") }},
	{"watch", func(set *pflag.FlagSet, o *options) {
		set.BoolVarP(&o.watch, "watch", "w", false, "show the status as it changes, until Ctrl-C or q")
	}},
}

// flagSet returns the flags of a verb, which are stored in o.
func (v verb) flagSet(o *options) *pflag.FlagSet {
	set := pflag.NewFlagSet(v.name, pflag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.SortFlags = false
	for _, row := range optionTable {
		if row.name == "help" || slices.Contains(v.options, row.name) {
			row.define(set, o)
		}
	}
	return set
}

// parse takes the words behind a verb apart. Two hyphens and a letter begin a flag; one
// hyphen makes a flag of what the verb knows and leaves all else an argument, as it is to
// Python, so that `tail -100 web` is what it was.
func (v verb) parse(words []string) (call, error) {
	var c call
	set := v.flagSet(&c.options)
	for i, word := range words {
		if word == "--" {
			c.args = append(c.args, words[i+1:]...)
			break
		}
		if !isFlag(set, word) {
			c.args = append(c.args, word)
			continue
		}
		if err := set.Parse([]string{word}); err != nil {
			return call{}, fmt.Errorf("%s: %w", v.name, err)
		}
	}
	return c, nil
}

// isFlag reports whether a word is a flag rather than an argument. The value of a flag
// is part of the word: --timeout=5s.
func isFlag(set *pflag.FlagSet, word string) bool {
	if len(word) > 2 && word[:2] == "--" && (word[2]|' ') >= 'a' && (word[2]|' ') <= 'z' {
		return true
	}
	return len(word) == 2 && word[0] == '-' && set.ShorthandLookup(word[1:]) != nil
}
