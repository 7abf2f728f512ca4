package manual

import (
	"fmt"
	"strings"
)

// Markdown returns the page for docs/.
func (p Page) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- %s -->\n\n# %s\n\n%s.\n", p.Source, p.Name, safe(capital(p.Title)))
	inList := false
	for _, block := range p.Blocks {
		item, isItem := block.(Item)
		if !isItem || !inList {
			b.WriteByte('\n')
		}
		inList = isItem
		switch v := block.(type) {
		case Heading:
			fmt.Fprintf(&b, "## %s\n", safe(string(v)))
		case Subheading:
			fmt.Fprintf(&b, "### %s\n", safe(string(v)))
		case Text:
			fmt.Fprintf(&b, "%s\n", safe(string(v)))
		case Code:
			fmt.Fprintf(&b, "```\n%s\n```\n", strings.TrimSuffix(string(v), "\n"))
		case Item:
			fmt.Fprintf(&b, "- `%s`: %s\n", item.Term, safe(v.Text))
		}
	}
	return b.String()
}

// markup are the characters that Markdown would take for commands.
var markup = strings.NewReplacer("\\", "\\\\", "<", "\\<", "*", "\\*", "_", "\\_", "|", "\\|", "[", "\\[")

// safe is a text whose characters stand for themselves, but for the backticks.
func safe(text string) string {
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = markup.Replace(parts[i])
	}
	return strings.Join(parts, "`")
}

// capital begins a sentence.
func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
