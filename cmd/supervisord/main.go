// Command supervisord supervises programs, and controls such a daemon: called as
// supervisorctl it is `supervisord ctl`.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"supervisord/internal/config"
	"supervisord/internal/ctl"
	"supervisord/internal/daemon"
	"supervisord/internal/host"
)

// version is what the daemon and the command say of themselves. Its first three
// numbers are the version of Python's Supervisor whose behaviour it has.
const version = "4.2.5"

// exitUsage is the exit code when the command line, the configuration or the environment
// must change.
const exitUsage = 2

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
	f := flags{overrides: map[string]string{}}
	root := &cobra.Command{
		Use:   "supervisord [flags]",
		Short: "Supervise programs: start them, restart them, keep their output",
		Long: `supervisord runs the programs of its configuration file, restarts those that die,
and keeps what they write. It stays in the foreground unless -d is given.`,
		Example: "  supervisord -c supervisord.conf\n  supervisord ctl status",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if f.version {
				return printVersion(stdout)
			}
			return f.run(args, stdout, stderr)
		},
	}
	f.define(root.Flags())
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(ctl.NewCommand("ctl", ctl.SystemEnv()), newVersion(stdout),
		newInit(stdout, stderr), newCheck(stdout), newConfig(stdout, stderr), newSchema(stdout),
		newPidproxy("pidproxy", stdout, stderr))
	return root
}

func newVersion(stdout io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Show the version",
		Args:  noArgs,
		RunE:  func(*cobra.Command, []string) error { return printVersion(stdout) },
	}
}

func printVersion(stdout io.Writer) error {
	_, err := fmt.Fprintln(stdout, version)
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
	child, isChild := host.DaemonChild()
	if f.daemon && !isChild {
		code, err := host.Daemonize(args, os.Environ())
		if err == nil && code != 0 {
			return exitCode(code)
		}
		return err
	}
	executable, _ := os.Executable() // without it, two places fewer are searched
	file, _, err := config.Find(f.configuration, executable)
	if err != nil {
		return err
	}
	o := daemon.Options{
		ConfigFile: file, Strict: f.strict, Overrides: f.overrides,
		Version: version, Stdout: stdout, Stderr: stderr,
	}
	if isChild {
		o.Background = child
	}
	return daemon.Run(o)
}
