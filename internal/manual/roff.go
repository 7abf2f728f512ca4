package manual

import (
	"fmt"
	"strings"
)

// Roff returns the page for man, with the macros of groff's man(7).
func (p Page) Roff() string {
	var b strings.Builder
	fmt.Fprintf(&b, ".\\\" %s\n", p.Source)
	fmt.Fprintf(&b, ".TH %s %d \"\" supervisord\n", escape(strings.ToUpper(p.Name)), p.Section)
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", escape(p.Name), inline(p.Title))
	for _, block := range p.Blocks {
		switch v := block.(type) {
		case Heading:
			fmt.Fprintf(&b, ".SH %s\n", inline(upper(string(v))))
		case Subheading:
			fmt.Fprintf(&b, ".SS %s\n", inline(string(v)))
		case Text:
			fmt.Fprintf(&b, ".PP\n%s\n", inline(string(v)))
		case Code:
			b.WriteString(".PP\n.RS 4\n.nf\n")
			for line := range strings.Lines(string(v)) {
				fmt.Fprintf(&b, "%s\n", literal(strings.TrimSuffix(line, "\n")))
			}
			b.WriteString(".fi\n.RE\n")
		case Item:
			fmt.Fprintf(&b, ".TP\n\\fB%s\\fR\n%s\n", escape(v.Term), inline(v.Text))
		}
	}
	return b.String()
}

// inline is a text in which what stands between backticks is bold.
func inline(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			part = "\\fB" + escape(part) + "\\fR"
		} else {
			part = escape(part)
		}
		b.WriteString(part)
	}
	return guard(b.String())
}

// upper is a text as man shows headings; what stands between backticks stays.
func upper(text string) string {
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = strings.ToUpper(parts[i])
	}
	return strings.Join(parts, "`")
}

// literal is a line as it stands.
func literal(line string) string { return guard(escape(line)) }

// guard keeps a line that begins like a request from being one.
func guard(line string) string {
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		return "\\&" + line
	}
	return line
}

// special are the characters that roff shows as others, or takes for commands. A hyphen
// must stay one, or a flag cannot be copied from the page.
var special = strings.NewReplacer(
	"\\", "\\e", "-", "\\-", "'", "\\(aq", "^", "\\(ha", "~", "\\(ti", "\"", "\\(dq", "\n", " ", "\t", " ",
)

// escape makes a text safe inside a line. Beyond ASCII the number of a character is used,
// which does not depend on how the page is read.
func escape(text string) string {
	var b strings.Builder
	for _, r := range special.Replace(text) {
		if r < 0x80 {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "\\[u%04X]", r)
		}
	}
	return b.String()
}
