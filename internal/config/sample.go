package config

import (
	"fmt"
	"strings"
)

// live are the options that a sample sets; all others are comments. The section of
// each is no comment either.
var live = map[string]map[string]string{
	"unix_http_server":        {"file": "%(here)s/supervisor.sock"},
	"supervisord":             {},
	"supervisorctl":           {"serverurl": "unix://%(here)s/supervisor.sock"},
	"rpcinterface:supervisor": {"supervisor.rpcinterface_factory": mainFactory},
}

const sampleHead = `; Configuration of supervisord.
;
; A line that begins with ';' is a comment: take the ';' away to use it. Where an option
; has a default, that is what it shows; else it shows an example. A ';' after a blank
; starts a comment behind a value, inside quotes too.
;
; Expressions in values: %(here)s is the directory of this file, %(ENV_X)s the environment
; variable X, %% a percent sign. Shells are not involved: no ~ in commands, no $VARIABLE.
;
; supervisord check -c FILE says what is wrong with a file, supervisord config -c FILE what
; it means.
`

// Sample returns a configuration with all sections and options as comments, made from
// the tables. The few that are none make a daemon that can be talked to.
func Sample() string {
	var b strings.Builder
	b.WriteString(sampleHead)
	for _, s := range sectionDocs {
		s.sampleOf(&b)
	}
	return b.String()
}

// sampleOf writes a section of a sample.
func (s *sectionDoc) sampleOf(b *strings.Builder) {
	name := s.sample
	if name == "" {
		name = s.name
	}
	set, isLive := live[name]
	off := ";"
	if isLive {
		off = ""
	}
	b.WriteString("\n")
	comment(b, plainText(s.about))
	fmt.Fprintf(b, "%s[%s]\n", off, name)
	for _, o := range s.sampleOptions() {
		value, off := o.Default, ";"
		if value == "" {
			value = o.Example
		}
		if v, ok := set[o.Name]; ok {
			value, off = v, ""
		}
		fmt.Fprintf(b, "%-40s ; %s\n", off+o.Name+"="+value, o.brief())
	}
}

// sampleOptions are the options that stand in the section's sample: those of a program
// stand in that of [program:x].
func (s *sectionDoc) sampleOptions() []Option {
	switch {
	case !s.program:
		return s.options
	case s.options == nil:
		return []Option{programOptions.lookup("autorestart").Option}
	}
	return append([]Option{programOptions.lookup("command").Option}, s.options...)
}

// brief is the option's manual in a line.
func (o *Option) brief() string {
	const longest = 90
	doc := plainText(o.Doc)
	if first, _, more := strings.Cut(doc, ". "); more && len(doc) > longest {
		doc = first + "."
	}
	if o.Pending {
		doc += " (No effect yet.)"
	}
	return doc
}

// plainText takes from a text what only Markdown knows.
func plainText(doc string) string { return strings.ReplaceAll(doc, "`", "") }

// comment writes a text as comment lines of readable length.
func comment(b *strings.Builder, text string) {
	const longest = 88
	line := ";"
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > longest {
			b.WriteString(line + "\n")
			line = ";"
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}

// MinimalSample returns the few lines that a daemon and its command line need.
func MinimalSample() string {
	var b strings.Builder
	b.WriteString("; Run it with: supervisord -c FILE. All options: supervisord init -o -\n")
	for _, name := range []string{"supervisord", "unix_http_server", "rpcinterface:supervisor", "supervisorctl"} {
		fmt.Fprintf(&b, "\n[%s]\n", name)
		for key, value := range live[name] { // one at most
			fmt.Fprintf(&b, "%s=%s\n", key, value)
		}
	}
	b.WriteString("\n;[program:cat]\n;command=/bin/cat\n")
	return b.String()
}
