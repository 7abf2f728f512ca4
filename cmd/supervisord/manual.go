package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"supervisord/internal/ctl"
	"supervisord/internal/manual"
)

// manualPage returns the page of supervisord, made from the commands and their flags.
func manualPage() manual.Page {
	root := newRoot([]string{"supervisord"}, io.Discard, io.Discard)
	p := manual.Page{
		Name: "supervisord", Section: 1, Title: "supervise programs",
		Source: "Generated from the commands of cmd/supervisord. Do not edit; run go generate ./cmd/supervisord.",
		Blocks: []manual.Block{
			manual.Heading("Synopsis"),
			manual.Code("supervisord [flags]\nsupervisord COMMAND [flags] [arguments]"),
			manual.Text("`supervisord` runs the programs of its configuration file, restarts those that die, and keeps what they write. It stays in the foreground unless `-d` is given. It is compatible with Python's Supervisor: configuration files, `supervisorctl`, XML-RPC API, log lines."),
			manual.Heading("Flags"),
			manual.Text("Those of Python's supervisord, long and short; each overrides the option of the same name in the file. Two are different: `-d` is short for `--daemon`, not for `--directory`, and `--profile_options` is refused. The beginning of a long flag is enough where no other begins so. No flag can be given twice."),
		},
	}
	p.Blocks = append(p.Blocks, ctl.FlagItems(root.Flags())...)
	p.Blocks = append(p.Blocks, manual.Heading("Commands"))
	for _, cmd := range root.Commands() {
		p.Blocks = append(p.Blocks, aboutCommand(cmd)...)
	}
	p.Blocks = append(p.Blocks, aboutDaemon...)
	return p
}

// aboutCommand describes one command. The verbs of ctl have a page of their own.
func aboutCommand(cmd *cobra.Command) []manual.Block {
	about := cmd.Short + "."
	if cmd.Long != "" {
		about = strings.ReplaceAll(cmd.Long, "\n", " ")
	}
	blocks := []manual.Block{manual.Subheading(cmd.Name()), manual.Text(about), manual.Code("supervisord " + cmd.Use)}
	if cmd.Name() == "ctl" {
		return append(blocks, manual.Text("See `supervisorctl(1)`."))
	}
	cmd.InitDefaultHelpFlag()
	cmd.Flags().Lookup("help").Hidden = true // every command has it
	blocks = append(blocks, ctl.FlagItems(cmd.Flags())...)
	if cmd.Example != "" {
		example := strings.TrimPrefix(strings.ReplaceAll(cmd.Example, "\n  ", "\n"), "  ")
		blocks = append(blocks, manual.Text("Example:"), manual.Code(example))
	}
	return blocks
}

// aboutDaemon is what no table says.
var aboutDaemon = []manual.Block{
	manual.Heading("Files"),
	manual.Text("Without `-c` the configuration is the first of these that is there:"),
	manual.Code("./supervisord.conf\n./etc/supervisord.conf\n/etc/supervisord.conf\n/etc/supervisor/supervisord.conf\n" +
		"../etc/supervisord.conf  beside the directory of the binary\n../supervisord.conf      beside the directory of the binary"),
	manual.Heading("Signals"),
	manual.Item{Term: "TERM, INT, QUIT", Text: "stop all programs in order, then end"},
	manual.Item{Term: "HUP", Text: "stop everything and start it anew from the configuration, if that is good"},
	manual.Item{Term: "USR2", Text: "open all logs anew, after logrotate has moved them"},
	manual.Heading("Exit codes"),
	manual.Item{Term: "0", Text: "it has ended in order; with `-d`, it serves"},
	manual.Item{Term: "2", Text: "the command line, the configuration or the machine must change first; all that is wrong is on stderr"},
	manual.Heading("See also"),
	manual.Text("`supervisorctl(1)`, `supervisord.conf(5)`"),
}
