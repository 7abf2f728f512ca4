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
	section(&b, "[supervisord]", "The daemon. The section may be missing.", supervisordOptions)
	section(&b, "[supervisorctl]", "The command line, `supervisord ctl`.", supervisorctlOptions)
	section(&b, "[unix_http_server]", "A server on a Unix domain socket. Every section whose name starts with `unix_http_server` is one.", unixServerOptions)
	section(&b, "[inet_http_server]", "A server on a TCP port. Every section whose name starts with `inet_http_server` is one.", inetServerOptions)
	section(&b, "[program:x]", "A program. Options marked with ² are evaluated for each process: `%(process_num)d` and `%(numprocs)d` can be used in them.", programOptions)
	b.WriteString("\n## [program-default]\n\nDefaults of all `[program:x]` and `[fcgi-program:x]` sections, with the options of those. An option that a program has replaces the default as a whole, `environment` too.\n")
	section(&b, "[group:x]", "Programs that are handled together.", groupOptions)
	section(&b, "[eventlistener:x]", "A program that receives events. It has the options of a program, without `[program-default]`, and these. Its group's priority is -1 if not given.", listenerOptions)
	section(&b, "[fcgi-program:x]", "A program that accepts connections from a socket the daemon opens. It has the options of a program and these.", fastCGIOptions)
	section(&b, "[rpcinterface:x]", "An interface of the XML-RPC server.", rpcInterfaceOptions)
	section(&b, "[include]", "More files, read after the main file. Only the main file can include.", includeOptions)
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

The column *change* says what a changed option needs at least to have an effect; ` + "`update`" + ` restarts every group in which anything has changed, as Python's Supervisor does. Options marked with ¹ are required; those marked with ³ are read and checked, but have no effect yet, and a warning says so.
`

// section writes one section's table.
func section[S any](b *strings.Builder, title, about string, t *table[S]) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n| option | value | default | change | from | |\n|---|---|---|---|---|---|\n", title, about)
	for _, o := range t.rows {
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
