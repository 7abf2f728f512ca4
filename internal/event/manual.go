package event

import (
	_ "embed" // the text of the manual
	"fmt"
	"strings"
)

//go:embed manual.md
var manualText string

// Manual returns the manual of events in Markdown: its text, with the types of Table.
func Manual() string { return strings.Replace(manualText, "TYPES\n", typesTable(), 1) }

func typesTable() string {
	var b strings.Builder
	b.WriteString("| type | keys of the payload | then | |\n|---|---|---|---|\n")
	for _, r := range Table {
		depth := 0
		for t := r.Parent; t != ""; t = Families[t] {
			depth++
		}
		name := "`" + string(r.Type) + "`"
		if r.Abstract {
			name = "*" + name + "*"
		}
		keys := strings.Join(r.Keys, "` `")
		if keys != "" {
			keys = "`" + keys + "`"
		}
		fmt.Fprintf(&b, "| %s%s | %s | %s | %s |\n", strings.Repeat("&emsp;", depth), name, keys, r.Data, r.Doc)
	}
	return b.String()
}
