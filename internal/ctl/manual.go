package ctl

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"supervisord/internal/manual"
)

// Manual returns the page of supervisorctl, made from the tables of verbs and flags.
func Manual() manual.Page {
	p := manual.Page{
		Name: "supervisorctl", Section: 1, Title: "command a running supervisord",
		Source: "Generated from the verb table of internal/ctl. Do not edit; run go generate ./internal/ctl.",
		Blocks: []manual.Block{
			manual.Heading("Synopsis"),
			manual.Code("supervisorctl [flags] VERB [arguments]\nsupervisord ctl [flags] VERB [arguments]"),
			manual.Text("Both are the same: a link named `supervisorctl` to the binary is `supervisord ctl`. Verbs, output and exit codes are those of Python's Supervisor, and what scripts read from a pipe is the same text."),
			manual.Heading("Flags"),
			manual.Text("They come before the verb. The beginning of a long flag is enough where no other begins so."),
		},
	}
	p.Blocks = append(p.Blocks, FlagItems(NewCommand("supervisorctl", Env{}).Flags())...)
	p.Blocks = append(p.Blocks, aboutServers()...)
	p.Blocks = append(p.Blocks, aboutShell()...)
	p.Blocks = append(p.Blocks, manual.Heading("Verbs"),
		manual.Text("A flag of a verb begins with two hyphens, and its value is part of the word: `--timeout=5s`. Supervisor has no such flags. Every verb has `--help`. After `--` every word is an argument."))
	for _, v := range verbs() {
		p.Blocks = append(p.Blocks, v.manual()...)
	}
	p.Blocks = append(p.Blocks, aboutExits()...)
	return p
}

// aboutServers says which server is talked to, and how processes are named.
func aboutServers() []manual.Block {
	return []manual.Block{
		manual.Heading("Which daemon"),
		manual.Text("The address is that of `-s`; else `serverurl` in the section `[supervisorctl]` of the configuration file; else where the file lets the daemon listen; else " + DefaultURL + ". It is `http://host:port`, `https://host:port` or `unix:///path`. The file is that of `-c`, or the first of those that `supervisord` looks for."),
		manual.Text("Name and password are those of `-u` and `-p` or `--password-file`, else those in the URL of `-s`, else of the environment, else of the file. Others can see the flags in a list of processes; the environment and files of yours they cannot. On a terminal a password that is missing is asked for."),
		manual.Heading("Names"),
		manual.Text("`web` is the process web of the group web, `shop:web` the process web of the group shop, `shop:*` all of the group shop, and `all` every process."),
	}
}

// aboutShell says what happens without a verb.
func aboutShell() []manual.Block {
	return []manual.Block{
		manual.Heading("Shell"),
		manual.Text("Without a verb the status is shown, and then lines with verbs are read: typed on a terminal, or from a pipe. Tab completes verbs, flags and the names of processes; the arrow keys call back earlier lines; Ctrl-R searches them. Ctrl-C drops a line or ends the verb that runs, Ctrl-D leaves."),
		manual.Text("Lines are remembered in the file of `-r`; else `history_file` of `[supervisorctl]`; else `$XDG_STATE_HOME/supervisord/history` (`~/.local/state/supervisord/history`). `/dev/null` keeps none. Lines with a password in a URL are not kept. The prompt is `prompt` of `[supervisorctl]`."),
	}
}

// manual returns the section of a verb.
func (v verb) manual() []manual.Block {
	m := manualOf(v.name)
	about := "`" + v.name + "`: " + m.short + ". " + m.about
	if v.ours {
		about += " Supervisor does not have this verb."
	}
	blocks := []manual.Block{
		manual.Subheading(v.name),
		manual.Text(strings.TrimSpace(about)),
		manual.Code(align(strings.TrimSuffix(v.help+"\n"+v.otherHelp, "\n"))),
	}
	own := v.flagSet(&options{})
	own.Lookup("help").Hidden = true // every verb has it
	blocks = append(blocks, FlagItems(own)...)
	if m.exits != "" {
		blocks = append(blocks, manual.Text("Exit codes. "+m.exits))
	}
	return append(blocks, manual.Text("Example:"), manual.Code("supervisorctl "+v.example))
}

// aboutExits are the exit codes of all verbs, and what else a page ends with.
func aboutExits() []manual.Block {
	return []manual.Block{
		manual.Heading("Exit codes"),
		manual.Text("They are Supervisor's, but for those above 100. Those of single verbs are with the verbs."),
		manual.Item{Term: "0", Text: "all went well"},
		manual.Item{Term: "1", Text: "an error, an unknown verb, or a password that is wrong"},
		manual.Item{Term: "2", Text: "the command line or the configuration file cannot be used"},
		manual.Item{Term: "3", Text: "the server does not know the commands of Supervisor"},
		manual.Item{Term: "4", Text: "the connection was refused; `status` also exits with 4 where other verbs do with 3, 5 or 7"},
		manual.Item{Term: "5", Text: "the server has another version of the API"},
		manual.Item{Term: "7", Text: "there is no socket: the daemon does not run"},
		manual.Item{Term: strconv.Itoa(exitTimeout), Text: "the time of `--timeout` is over"},
		manual.Item{Term: strconv.Itoa(exitInterrupted), Text: "Ctrl-C ended a wait; the daemon goes on with what it has begun"},
		manual.Item{Term: strconv.Itoa(exitTerminated), Text: "SIGTERM ended `status -w` on a terminal, which is given back"},
		manual.Heading("Environment"),
		manual.Item{Term: UsernameVariable, Text: "the name to authenticate with"},
		manual.Item{Term: PasswordVariable, Text: "the password to authenticate with"},
		manual.Item{Term: CACertVariable, Text: "a file of certificates to trust for https"},
		manual.Item{Term: "NO_COLOR", Text: "with any value: no colours"},
		manual.Heading("See also"),
		manual.Text("`supervisord(1)`, `supervisord.conf(5)`"),
	}
}

// FlagItems lists flags that are not hidden, for a page of the manual.
func FlagItems(set *pflag.FlagSet) []manual.Block {
	var items []manual.Block
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		term := "--" + f.Name
		if value != "" {
			term += " " + strings.ToUpper(value)
		}
		if f.Shorthand != "" {
			term = "-" + f.Shorthand + ", " + term
		}
		items = append(items, manual.Item{Term: term, Text: usage})
	})
	return items
}

// align sets the help of a verb, whose columns are divided by tabs, in columns of blanks.
func align(help string) string {
	width := 0
	for line := range strings.Lines(help) {
		if usage, _, columns := strings.Cut(line, "\t"); columns {
			width = max(width, len(strings.TrimSpace(usage)))
		}
	}
	var b strings.Builder
	for line := range strings.Lines(strings.TrimRight(help, "\n")) {
		usage, about, columns := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if columns {
			usage = fmt.Sprintf("%-*s  %s", width, strings.TrimSpace(usage), strings.TrimLeft(about, "\t"))
		}
		b.WriteString(usage + "\n")
	}
	return b.String()
}
