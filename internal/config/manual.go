package config

import (
	"fmt"
	"strings"
)

// Manual returns the reference of all sections and options in Markdown, made from the
// tables.
func Manual() string {
	var b strings.Builder
	b.WriteString(manualHead)
	for _, s := range sectionDocs {
		s.manual(&b)
	}
	return b.String()
}

const manualHead = `<!-- Generated from the option tables of internal/config. Do not edit; run go generate ./internal/config. -->

# Configuration

Sections and options of the configuration file. Names of options are not case-sensitive, those of sections are.

- **boolean**: yes, true, on, 1 or no, false, off, 0.
- **size**: a number of bytes, or with a unit: K, M, G or KB, MB, GB.
- **duration**: a number of seconds, or with units: 500ms, 5m, 1h30m. A negative one is 0.
- **signals**: names with or without SIG, or numbers, divided by blanks or commas.

In values, ` + "`%(ENV_X)s`" + ` is the environment variable X, ` + "`%(here)s`" + ` the directory of the file, ` + "`%(host_node_name)s`" + ` the name of the host, and ` + "`%%`" + ` a percent sign. Program sections also know ` + "`program_name`" + ` and ` + "`group_name`" + `.

The column *change* says when a changed option has an effect after an ` + "`update`" + `: *live* is at once, *next start* when the process is started next (until then its status shows the option as pending), *restart* means that the update stops and starts the processes that run with it, and no others, *daemon restart* that only a restart of the daemon changes it. ` + "`plan`" + ` shows beforehand what an update would do. Options marked with ¹ are required; those marked with ³ are read and checked, but have no effect yet, and a warning says so.
`

// manual writes the section's text, and a table if it has options of its own.
func (s *sectionDoc) manual(b *strings.Builder) {
	fmt.Fprintf(b, "\n## [%s]\n\n%s\n", s.name, s.about+s.marks)
	if s.options == nil {
		return
	}
	b.WriteString("\n| option | value | default | change | from | |\n|---|---|---|---|---|---|\n")
	for _, o := range s.options {
		mark, deflt := "", ""
		if o.Required {
			mark += "¹"
		}
		if o.PerProcess {
			mark += "²"
		}
		if o.Pending {
			mark += "³"
		}
		if o.Default != "" {
			deflt = "`" + o.Default + "`"
		}
		fmt.Fprintf(b, "| `%s`%s | %s | %s | %s | %s | %s |\n", o.Name, mark, cell(o.Kind), deflt, o.Apply, o.Origin, cell(o.Doc))
	}
}

// cell makes a text safe inside a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
