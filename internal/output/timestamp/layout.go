package timestamp

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Layout is the form of a time. The zero Layout is that of Default.
type Layout struct {
	form string
}

// Default is the form of the zero Layout: 2026-11-22T10:05:01.123+01:00.
const Default = "rfc3339ms"

// maxForm is the longest form that is accepted, in bytes.
const maxForm = 128

// Parse returns the Layout of a form. A form is one of these names, in any case:
//
//	rfc3339      2026-11-22T10:05:01+01:00
//	rfc3339ms    2026-11-22T10:05:01.123+01:00
//	rfc3339nano  2026-11-22T10:05:01.123456789+01:00
//	unix         1795338301.123
//
// or a pattern as of strftime(3), with %Y %y %m %d %e %j %H %I %M %S %p %a %A %b %B %z %Z
// %s %F %T %D %R and %%, and for parts of a second %L (3 digits), %f (6) and %N (9). Zones are
// those of the daemon. The empty form is Default. What could break a line of a log, or
// a string in JSON, is refused.
func Parse(form string) (Layout, error) {
	if len(form) > maxForm {
		return Layout{}, fmt.Errorf("longer than %d bytes", maxForm)
	}
	if !utf8.ValidString(form) || strings.ContainsFunc(form, breaks) {
		return Layout{}, errors.New("contains a control character, a quote or a backslash")
	}
	l := Layout{form}
	_, err := l.parts()
	return l, err
}

// breaks reports whether r needs an escape in JSON, or is a control character.
func breaks(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == '"' || r == '\\' || r == '\u2028' || r == '\u2029'
}

// String returns the form from which the Layout was made.
func (l Layout) String() string {
	if l.form == "" {
		return Default
	}
	return l.form
}

// IsNumber reports whether times in this Layout are numbers, which JSON does not quote.
func (l Layout) IsNumber() bool { return strings.EqualFold(l.form, "unix") }

// part is a piece of a Layout, of which one field is set.
type part struct {
	text   string // as it stands
	format string // of time.Time.Format
	unix   bool   // seconds since 1970
	digits int    // of the fraction of the second
}

// names are the Layouts that have one.
var names = map[string][]part{
	"rfc3339":     {{format: "2006-01-02T15:04:05Z07:00"}},
	"rfc3339ms":   {{format: "2006-01-02T15:04:05"}, {text: "."}, {digits: 3}, {format: "Z07:00"}},
	"rfc3339nano": {{format: "2006-01-02T15:04:05"}, {text: "."}, {digits: 9}, {format: "Z07:00"}},
	"unix":        {{unix: true}, {text: "."}, {digits: 3}},
}

// directives are what may follow a % in a pattern.
var directives = map[byte]part{
	'Y': {format: "2006"}, 'y': {format: "06"}, 'm': {format: "01"}, 'd': {format: "02"}, 'e': {format: "_2"}, 'j': {format: "002"},
	'H': {format: "15"}, 'I': {format: "03"}, 'M': {format: "04"}, 'S': {format: "05"}, 'p': {format: "PM"},
	'a': {format: "Mon"}, 'A': {format: "Monday"}, 'b': {format: "Jan"}, 'h': {format: "Jan"}, 'B': {format: "January"},
	'F': {format: "2006-01-02"}, 'T': {format: "15:04:05"}, 'D': {format: "01/02/06"}, 'R': {format: "15:04"},
	'z': {format: "-0700"}, 'Z': {format: "MST"},
	's': {unix: true}, 'L': {digits: 3}, 'f': {digits: 6}, 'N': {digits: 9},
	'%': {text: "%"},
}

// parts takes the form apart.
func (l Layout) parts() ([]part, error) {
	if named, ok := names[strings.ToLower(l.String())]; ok {
		return named, nil
	}
	if !strings.Contains(l.form, "%") {
		return nil, fmt.Errorf("unknown form %q: neither rfc3339, rfc3339ms, rfc3339nano or unix, nor a pattern with %%", l.form)
	}
	var parts []part
	text, pattern, found := strings.Cut(l.form, "%")
	for ; found; text, pattern, found = strings.Cut(pattern[1:], "%") {
		if pattern == "" {
			return nil, errors.New("ends in a single %")
		}
		directive, ok := directives[pattern[0]]
		if !ok {
			r, _ := utf8.DecodeRuneInString(pattern)
			return nil, fmt.Errorf("unknown directive %%%c", r)
		}
		parts = append(parts, part{text: text}, directive)
	}
	return append(parts, part{text: text}), nil
}
