package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"supervisord/internal/config"
)

// configFlags are the flags of a command that reads a configuration as the daemon does.
type configFlags struct {
	daemon flags
	json   bool
}

// define declares the daemon's flags that say something of the configuration, and --json.
func (f *configFlags) define(cmd *cobra.Command) {
	f.daemon = newFlags()
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	f.daemon.define(all)
	set := cmd.Flags()
	set.SortFlags = false
	set.BoolVar(&f.json, "json", false, "write JSON")
	all.VisitAll(func(flag *pflag.Flag) {
		switch flag.Name {
		case "daemon", "version", "help", "usage", "profile_options": // of the daemon alone
		default:
			set.AddFlag(flag)
		}
	})
}

// options finds the file and says how the daemon would load it.
func (f *configFlags) options() (config.Options, error) {
	if err := f.daemon.check(); err != nil {
		return config.Options{}, err
	}
	if err := f.daemon.readEnvironment(); err != nil {
		return config.Options{}, err
	}
	file, err := f.daemon.findFile()
	return config.Options{File: file, Strict: f.daemon.strict, Overrides: f.daemon.overrides}, err
}

func newCheck(stdout io.Writer) *cobra.Command {
	var f configFlags
	cmd := &cobra.Command{
		Use:   "check [-c FILE] [--strict] [--json]",
		Short: "Say what is wrong with a configuration",
		Long: `check reads a configuration as the daemon would, and prints all problems of it and how
many there are. It changes nothing. The exit code is 0 if the daemon would start, perhaps
with warnings, and 2 if not.`,
		Example: "  supervisord check -c supervisord.conf --strict",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			o, err := f.options()
			if err != nil {
				return err
			}
			return check(stdout, config.Check(o), f.json)
		},
	}
	f.define(cmd)
	return cmd
}

// check prints a report; the error is the exit code.
func check(stdout io.Writer, r config.Report, asJSON bool) error {
	var err error
	if asJSON {
		err = printJSON(stdout, newJSONReport(r))
	} else {
		err = printReport(stdout, r)
	}
	if err == nil && len(r.Problems.Errors()) > 0 {
		return exitCode(exitUsage)
	}
	return err
}

func printReport(stdout io.Writer, r config.Report) error {
	for _, p := range r.Problems {
		mark := ""
		if p.Severity == config.Warning {
			mark = "warning: "
		}
		if _, err := fmt.Fprintf(stdout, "%s%s\n", mark, p); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(stdout, "%s: %s, %s, %s\n", filepath.Base(r.File),
		count(r.Programs, "program"), count(len(r.Problems.Errors()), "error"), count(len(r.Problems.Warnings()), "warning"))
	return err
}

// count says how many there are of a thing.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// jsonReport is what check --json writes.
type jsonReport struct {
	File     string        `json:"file"`
	Programs int           `json:"programs"`
	Errors   int           `json:"errors"`
	Warnings int           `json:"warnings"`
	Problems []jsonProblem `json:"problems"`
}

// jsonProblem is one problem. Severity is error or warning.
type jsonProblem struct {
	Severity string `json:"severity"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Section  string `json:"section,omitempty"`
	Key      string `json:"key,omitempty"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
}

func newJSONReport(r config.Report) jsonReport {
	out := jsonReport{
		File: r.File, Programs: r.Programs, Errors: len(r.Problems.Errors()), Warnings: len(r.Problems.Warnings()),
		Problems: []jsonProblem{},
	}
	for _, p := range r.Problems {
		severity := "error"
		if p.Severity == config.Warning {
			severity = "warning"
		}
		out.Problems = append(out.Problems, jsonProblem{
			Severity: severity, File: p.File, Line: p.Line, Section: p.Section, Key: p.Key, Message: p.Message, Hint: p.Hint,
		})
	}
	return out
}

// printJSON writes a value for people and programs.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
