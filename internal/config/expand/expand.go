package expand

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxWidth is the largest width and precision of a conversion. Python's limit is
// 2147483647.
const MaxWidth = 10000

// Value is what a name stands for: a text or an integer. The zero value is the
// empty text.
type Value struct {
	text     string
	number   int64
	isNumber bool
}

// Text returns a text value.
func Text(s string) Value { return Value{text: s} }

// Int returns an integer value.
func Int(n int) Value { return Value{number: int64(n), isNumber: true} }

// Scope is the set of names an expression may use: the innermost map comes last and
// wins. A nil Scope has no names.
type Scope []map[string]Value

// With returns a scope that has the given names on top of those of s, which stays
// as it is. The map must not change afterwards.
func (s Scope) With(values map[string]Value) Scope {
	return append(slices.Clip(s), values)
}

// Lookup returns what a name stands for.
func (s Scope) Lookup(name string) (Value, bool) {
	for _, m := range slices.Backward(s) {
		if v, ok := m[name]; ok {
			return v, true
		}
	}
	return Value{}, false
}

// Names returns all names, sorted.
func (s Scope) Names() []string {
	all := map[string]bool{}
	for _, m := range s {
		for name := range m {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// NameError is an expression's use of a name that its scope has not.
type NameError struct{ Name string }

// Error is Python's str(KeyError): the name in quotes.
func (e *NameError) Error() string { return repr(e.Name) }

// Errors of a badly formatted expression, in Python's words.
var (
	ErrIncompleteKey = errors.New("incomplete format key")
	ErrIncomplete    = errors.New("incomplete format")
	ErrWidth         = errors.New("width too big")
	ErrPrecision     = errors.New("precision too big")
	ErrArguments     = errors.New("not enough arguments for format string")
	ErrStar          = errors.New("* wants int")
	ErrCharArgument  = errors.New("%c requires int or char")
	ErrCharRange     = errors.New("%c arg not in range(0x110000)")
	ErrMapping       = errors.New("not enough arguments for format string: a conversion needs a name, as in %(name)s")
)

// Expand evaluates every %(name) expression in format. The error is a *NameError or
// says how the expression is badly formatted.
func Expand(format string, scope Scope) (string, error) {
	if !strings.Contains(format, "%") {
		return format, nil
	}
	p := parser{format: format, scope: scope}
	var b strings.Builder
	for {
		literal, rest, found := strings.Cut(p.format[p.pos:], "%")
		b.WriteString(literal)
		if !found {
			return b.String(), nil
		}
		p.pos = len(p.format) - len(rest)
		text, err := p.conversion()
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
}

// parser reads conversions, "%[(name)][flags][width][.precision][length]type".
type parser struct {
	format string
	pos    int // of the next byte
	scope  Scope
	keep   bool // the conversion is only read over
}

// spec is a parsed conversion.
type spec struct {
	named                          bool
	value                          Value
	left, plus, blank, sharp, zero bool
	width, precision               int // precision -1: none
	verb                           rune
}

// conversion reads and evaluates what follows a '%'.
func (p *parser) conversion() (string, error) {
	s := spec{precision: -1}
	switch p.peek() {
	case '%':
		p.pos++
		return "%", nil
	case '(':
		name, err := p.key()
		if err != nil {
			return "", err
		}
		v, ok := p.scope.Lookup(name)
		if !ok && !p.keep {
			return "", &NameError{name}
		}
		s.named, s.value = true, v
	}
	p.flags(&s)
	if err := p.sizes(&s); err != nil {
		return "", err
	}
	if strings.IndexByte("hlL", p.peek()) >= 0 {
		p.pos++ // a C length modifier, without meaning
	}
	verb, size := utf8.DecodeRuneInString(p.format[p.pos:])
	if size == 0 {
		return "", ErrIncomplete
	}
	s.verb = verb
	index := utf8.RuneCountInString(p.format[:p.pos])
	p.pos += size
	switch {
	case !strings.ContainsRune(verbs, verb):
		return "", unsupported(verb, index)
	case p.keep:
		return "", nil
	case s.named:
		return s.evaluate()
	case strings.ContainsRune("srac", verb):
		return "", ErrMapping
	}
	return "", s.typeError("dict")
}

// key reads a name in parentheses, which may hold balanced parentheses.
func (p *parser) key() (string, error) {
	depth := 0
	start := p.pos + 1
	for ; p.pos < len(p.format); p.pos++ {
		switch p.format[p.pos] {
		case '(':
			depth++
		case ')':
			depth--
			if depth == 0 {
				p.pos++
				return p.format[start : p.pos-1], nil
			}
		}
	}
	return "", ErrIncompleteKey
}

func (p *parser) flags(s *spec) {
	for ; ; p.pos++ {
		switch p.peek() {
		case '-':
			s.left = true
		case '+':
			s.plus = true
		case ' ':
			s.blank = true
		case '#':
			s.sharp = true
		case '0':
			s.zero = true
		default:
			return
		}
	}
}

// sizes reads width and precision.
func (p *parser) sizes(s *spec) (err error) {
	if p.peek() == '*' {
		return p.star(s)
	}
	if s.width, err = p.number(ErrWidth); err != nil || p.peek() != '.' {
		return err
	}
	p.pos++
	if p.peek() == '*' {
		return p.star(s)
	}
	s.precision, err = p.number(ErrPrecision)
	return err
}

// star is the error of a '*': with named values there is never an argument left for
// both the size and the conversion.
func (p *parser) star(s *spec) error {
	if !s.value.isNumber {
		return ErrStar
	}
	if p.pos+1 == len(p.format) {
		return ErrIncomplete
	}
	return ErrArguments
}

// number reads a decimal number of any length, 0 if there is none.
func (p *parser) number(tooBig error) (int, error) {
	n := 0
	for ; p.peek() >= '0' && p.peek() <= '9'; p.pos++ {
		if n = n*10 + int(p.peek()-'0'); n > MaxWidth {
			return 0, tooBig
		}
	}
	return n, nil
}

// peek returns the next byte, 0 at the end.
func (p *parser) peek() byte {
	if p.pos < len(p.format) {
		return p.format[p.pos]
	}
	return 0
}

// unsupported is the error of an unknown conversion type at that character.
func unsupported(verb rune, index int) error {
	shown := verb
	if verb <= 31 || verb >= 127 {
		shown = '?'
	}
	return fmt.Errorf("unsupported format character '%c' (0x%x) at index %d", shown, verb, index)
}
