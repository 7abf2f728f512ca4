// Command supervisord supervises programs, and controls such a daemon: called as
// supervisorctl it is `supervisord ctl`.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"supervisord/internal/child"
	"supervisord/internal/ctl"
	"supervisord/internal/daemon"
	"supervisord/internal/host"
)

// exitUsage is the exit code when the command line, the configuration or the environment
// must change.
const exitUsage = 2

// exitOutput is the exit code when the output cannot be written.
const exitOutput = 1

func main() { os.Exit(run(os.Args, os.Stdout, os.Stderr)) }

// run is the command: it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	cmd := newRoot(args, stdout, stderr)
	if strings.TrimSuffix(filepath.Base(args[0]), ".exe") == "supervisorctl" {
		cmd = ctl.NewCommand("supervisorctl", ctl.SystemEnv())
	}
	if isPidproxy(args[0]) {
		cmd = newPidproxy("pidproxy", stdout, stderr)
	}
	cmd.SetArgs(args[1:])
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err := cmd.Execute()
	if err == nil {
		return 0
	}
	if exit, ok := errors.AsType[ctl.ExitError](err); ok {
		return exit.Code
	}
	if code, ok := errors.AsType[exitCode](err); ok {
		return int(code)
	}
	complain(stderr, "Error: %v\n", err)
	if bad, ok := errors.AsType[*daemon.ConfigError](err); ok && bad != nil {
		return exitUsage
	}
	if failed, ok := errors.AsType[*fs.PathError](err); ok && failed.Op == "write" {
		return exitOutput // no help with that is in the help
	}
	complain(stderr, "For help, use %s -h\n", args[0])
	return exitUsage
}

func complain(stderr io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(stderr, format, args...) // nobody to tell if stderr is closed
}

// exitCode is an exit code that was explained already.
type exitCode int

// Error is never shown.
func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

func newRoot(args []string, stdout, stderr io.Writer) *cobra.Command {
	f := newFlags()
	root := &cobra.Command{
		Use:   "supervisord [flags]",
		Short: "Supervise programs: start them, restart them, keep their output",
		Long: `supervisord runs the programs of its configuration file, restarts those that die,
and keeps what they write. It stays in the foreground unless -d is given.`,
		Example:           "  supervisord -c supervisord.conf\n  supervisord ctl status",
		Args:              f.refuseWords,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			switch {
			case f.usage:
				return cmd.Help()
			case f.version:
				_, err := fmt.Fprintln(stdout, version)
				return err
			}
			return f.run(args, stdout, stderr)
		},
	}
	f.define(root.Flags())
	ctl.Abbreviate(root.Flags())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return ctl.ExplainFlag(cmd.Flags(), err) })
	root.SuggestionsMinimumDistance = 2
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(ctl.NewCommand("ctl", ctl.SystemEnv()), newVersion(stdout),
		newInit(stdout, stderr), newCheck(stdout), newConfig(stdout, stderr), newSchema(stdout),
		newPidproxy("pidproxy", stdout, stderr), newCompletion(stdout))
	return root
}

// refuseWords refuses words that are no commands, and says what may have been meant: the
// Go original's own service file calls `supervisord shutdown`.
func (f *flags) refuseWords(cmd *cobra.Command, args []string) error {
	if len(args) == 0 || f.usage {
		return nil
	}
	err := noArgs(cmd, args)
	similar := cmd.SuggestionsFor(args[0])
	switch {
	case ctl.IsVerb(args[0]):
		return fmt.Errorf("%w; did you mean `supervisord ctl %s`?", err, strings.Join(args, " "))
	case len(similar) > 0:
		return fmt.Errorf("%w; did you mean `supervisord %s`?", err, similar[0])
	case f.daemon:
		return fmt.Errorf("%w; -d is --daemon here, the directory is --directory=%s", err, args[0])
	}
	return err
}

func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("positional arguments are not supported: %q", args)
	}
	return nil
}

// run finds the configuration and becomes the daemon.
func (f *flags) run(args []string, stdout, stderr io.Writer) error {
	background, isChild := host.DaemonChild()
	if f.daemon && !isChild {
		code, err := host.Daemonize(args, os.Environ())
		if err == nil && code != 0 {
			return exitCode(code)
		}
		return err
	}
	if err := f.readEnvironment(); err != nil {
		return err
	}
	file, err := f.findFile()
	if err != nil {
		return err
	}
	o := daemon.Options{
		ConfigFile: file, Strict: f.strict, Overrides: f.overrides,
		Version: version, Stdout: stdout, Stderr: stderr,
	}
	if isChild {
		o.Background = background
	}
	return daemon.Run(o)
}

// readEnvironment puts the variables of --env-file into the environment of this process,
// where the configuration and the programs find them.
func (f *flags) readEnvironment() error {
	file, given := f.files["env-file"]
	if !given {
		return nil
	}
	variables, err := child.Environment{Files: []string{file}}.List()
	if err != nil {
		return err
	}
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("variable %q of %s: %w", name, file, err)
		}
	}
	return nil
}
