package config

import (
	"strings"

	"supervisord/internal/manual"
)

// ManPage returns the same reference as [Manual] for man.
func ManPage() manual.Page {
	p := manual.Page{
		Name: "supervisord.conf", Section: 5, Title: "configuration of supervisord and supervisorctl",
		Source: "Generated from the option tables of internal/config. Do not edit; run go generate ./internal/config.",
		Blocks: []manual.Block{
			manual.Heading("Description"),
			manual.Text("The file has sections, each of which begins with its name in brackets, and options, one per line as `name=value`. A line that is indented goes on with the value before it. A semicolon behind a blank begins a comment; so does one or a # at the beginning of a line. It is the dialect of Python's Supervisor, whose files can be used as they are."),
			manual.Text("Names of options are not case-sensitive, those of sections are. Every mistake is reported with file and line, all at once; an option that is not known is a warning, or with `--strict` an error."),
			manual.Heading("Example"),
			manual.Code(manPageExample),
			manual.Heading("Values"),
			manual.Item{Term: "boolean", Text: "yes, true, on, 1 or no, false, off, 0"},
			manual.Item{Term: "size", Text: "a number of bytes, or with a unit: K, M, G or KB, MB, GB"},
			manual.Item{Term: "duration", Text: "a number of seconds, or with units: 500ms, 5m, 1h30m; a negative one is 0"},
			manual.Item{Term: "signals", Text: "names with or without SIG, or numbers, divided by blanks or commas"},
			manual.Text("In values `%(ENV_X)s` is the environment variable X, `%(here)s` the directory of the file, `%(host_node_name)s` the name of the host, and `%%` a percent sign. Sections of programs also know `program_name` and `group_name`, and in options that are evaluated for each process `process_num` and `numprocs`."),
		},
	}
	for _, s := range sectionDocs {
		p.Blocks = append(p.Blocks, manual.Heading("`["+s.name+"]`"), manual.Text(s.about))
		for _, o := range s.options {
			p.Blocks = append(p.Blocks, o.item())
		}
	}
	p.Blocks = append(p.Blocks,
		manual.Heading("See also"), manual.Text("`supervisord(1)`, `supervisorctl(1)`"))
	return p
}

const manPageExample = `[supervisord]
logfile=/var/log/supervisord.log
pidfile=/run/supervisord.pid

[unix_http_server]
file=/run/supervisor.sock

[supervisorctl]
serverurl=unix:///run/supervisor.sock

[program:web]
command=/usr/bin/web
user=www-data
stdout_logfile=/var/log/web.log
redirect_stderr=true
`

// item describes an option in words, where the table has columns and marks.
func (o Option) item() manual.Block {
	facts := []string{o.Kind}
	if o.Required {
		facts = append(facts, "required")
	}
	if o.Default != "" {
		facts = append(facts, "default `"+o.Default+"`")
	}
	if o.PerProcess {
		facts = append(facts, "evaluated for each process")
	}
	facts = append(facts, "change: "+string(o.Apply))
	if o.Origin == Ours || o.Origin == GoOriginal {
		facts = append(facts, "not in Supervisor")
	}
	text := o.Doc + " (" + strings.Join(facts, "; ") + ")"
	if o.Pending {
		text += " It has no effect yet."
	}
	return manual.Item{Term: o.Name, Text: text}
}
