package expand

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// verbs are the conversion types of Python, without '%'.
const verbs = "sradiuoxXeEfFgGc"

// evaluate returns the text of a conversion.
func (s spec) evaluate() (string, error) {
	switch s.verb {
	case 's':
		return s.pad("", s.cut(s.value.String())), nil
	case 'r':
		return s.pad("", s.cut(s.value.repr())), nil
	case 'a':
		return s.pad("", s.cut(ascii(s.value.repr()))), nil
	case 'c':
		c, err := s.value.char()
		return s.pad("", c), err
	}
	if !s.value.isNumber {
		return "", s.typeError("str")
	}
	if strings.ContainsRune("eEfFgG", s.verb) {
		return s.float(), nil
	}
	return s.integer(), nil
}

// typeError is Python's message for a value of the wrong type.
func (s spec) typeError(have string) error {
	switch s.verb {
	case 'd', 'i', 'u':
		return fmt.Errorf("%%%c format: a real number is required, not %s", s.verb, have)
	case 'o', 'x', 'X':
		return fmt.Errorf("%%%c format: an integer is required, not %s", s.verb, have)
	}
	return fmt.Errorf("must be real number, not %s", have)
}

// integer formats a number with its sign and, after '#', its prefix.
func (s spec) integer() string {
	base, prefix := 10, ""
	switch s.verb {
	case 'o':
		base, prefix = 8, "0o"
	case 'x':
		base, prefix = 16, "0x"
	case 'X':
		base, prefix = 16, "0X"
	}
	if !s.sharp {
		prefix = ""
	}
	digits := strconv.FormatInt(s.value.number, base)
	digits, negative := strings.CutPrefix(digits, "-")
	if s.verb == 'X' {
		digits = strings.ToUpper(digits)
	}
	if n := s.precision - len(digits); n > 0 {
		digits = strings.Repeat("0", n) + digits
	}
	return s.pad(s.sign(negative)+prefix, digits)
}

// float formats a number with a point or an exponent.
func (s spec) float() string {
	format := "%"
	if s.sharp {
		format += "#"
	}
	precision := s.precision
	if precision < 0 {
		precision = 6
	}
	digits := fmt.Sprintf(format+".*"+string(s.verb), precision, float64(s.value.number))
	digits, negative := strings.CutPrefix(digits, "-")
	return s.pad(s.sign(negative), digits)
}

// sign returns what stands before the digits.
func (s spec) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case s.plus:
		return "+"
	case s.blank:
		return " "
	}
	return ""
}

// pad fills up to the width: zeros go between the lead (sign and prefix) and the
// text, blanks outside. Texts are filled with blanks whatever the flags say.
func (s spec) pad(lead, text string) string {
	n := s.width - utf8.RuneCountInString(lead) - utf8.RuneCountInString(text)
	switch {
	case n <= 0:
		return lead + text
	case s.left:
		return lead + text + strings.Repeat(" ", n)
	case s.zero && !strings.ContainsRune("srac", s.verb):
		return lead + strings.Repeat("0", n) + text
	}
	return strings.Repeat(" ", n) + lead + text
}

// cut shortens a text to the precision, in characters.
func (s spec) cut(text string) string {
	if s.precision < 0 {
		return text
	}
	n := 0
	for i := range text {
		if n == s.precision {
			return text[:i]
		}
		n++
	}
	return text
}

// String is the value as %s shows it.
func (v Value) String() string {
	if v.isNumber {
		return strconv.FormatInt(v.number, 10)
	}
	return v.text
}

func (v Value) repr() string {
	if v.isNumber {
		return v.String()
	}
	return repr(v.text)
}

// char is the value as %c shows it: one character, or the number of one.
func (v Value) char() (string, error) {
	if v.isNumber {
		if v.number < 0 || v.number > utf8.MaxRune {
			return "", ErrCharRange
		}
		return string(rune(v.number)), nil
	}
	if utf8.RuneCountInString(v.text) != 1 {
		return "", ErrCharArgument
	}
	return v.text, nil
}

// repr is Python's repr of a text.
func repr(s string) string {
	q := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		q = '"'
	}
	var b strings.Builder
	b.WriteRune(q)
	for _, r := range s {
		switch {
		case r == q || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case !strconv.IsPrint(r):
			b.WriteString(escape(r))
		default:
			b.WriteRune(r)
		}
	}
	b.WriteRune(q)
	return b.String()
}

// ascii escapes what is not ASCII in a repr.
func ascii(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
		} else {
			b.WriteString(escape(r))
		}
	}
	return b.String()
}

func escape(r rune) string {
	switch {
	case r < 0x100:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}
