package expand

import "strings"

// Partial evaluates the expressions in format but those whose name keep says to leave.
// Both results are formats again: whole has what was evaluated, with each percent sign
// of a value doubled, and kept says whether an expression was left in it. A name that
// scope has not is an error unless it is kept.
func Partial(format string, scope Scope, keep func(name string) bool) (whole string, kept bool, err error) {
	p := parser{format: format, scope: scope}
	var b strings.Builder
	for {
		literal, rest, found := strings.Cut(p.format[p.pos:], "%")
		b.WriteString(literal)
		if !found {
			return b.String(), kept, nil
		}
		p.pos = len(p.format) - len(rest)
		start := p.pos
		name, named := p.name()
		p.keep = named && keep(name)
		text, err := p.conversion()
		switch {
		case err != nil:
			return "", false, err
		case p.keep:
			kept = true
			b.WriteString("%" + format[start:p.pos])
		default:
			b.WriteString(Escape(text))
		}
	}
}

// Escape returns the format that stands for a text.
func Escape(text string) string { return strings.ReplaceAll(text, "%", "%%") }

// name returns the name in the parentheses that follow, without reading it.
func (p *parser) name() (name string, ok bool) {
	ahead := *p
	if ahead.peek() != '(' {
		return "", false
	}
	name, err := ahead.key()
	return name, err == nil
}
