package ctl

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// lavish is by how many per cent the heap of a command may grow before garbage is
// collected: most are over before that saves anything.
const lavish = 400

// NewCommand returns the command line under the given name: "ctl" as a subcommand of
// supervisord, "supervisorctl" as a root of its own. Executing it returns an [ExitError]
// for any exit code but 0, after everything has been printed.
func NewCommand(name string, env Env) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:           name + " [flags] [VERB [arguments]]",
		Short:         "Command a running supervisord",
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if asked, _ := cmd.Flags().GetBool("usage"); asked { // the flag is there
				return cmd.Help()
			}
			debug.SetGCPercent(lavish)
			settings, err := f.settings(env)
			if err != nil {
				return refuse(cmd, err)
			}
			s := &session{server: settings.Server, env: env, command: cmd.CommandPath(), out: bufio.NewWriter(env.Stdout)}
			return s.execute(cmd.Context(), settings, strings.Join(args, " "), f.interactive || len(args) == 0)
		},
	}
	cmd.SetOut(env.Stdout)
	cmd.SetErr(env.Stderr)
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) { printUsage(cmd) })
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return refuse(cmd, ExplainFlag(cmd.Flags(), err)) })
	cmd.ValidArgsFunction = f.completer(env)
	f.register(cmd)
	return cmd
}

func (f *flags) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	// Flags end at the first word, so that `tail -100 web` keeps its argument.
	fs.SetInterspersed(false)
	fs.SortFlags = false
	fs.StringVarP(&f.configuration, "configuration", "c", "", "configuration `file` (searched for if not given)")
	fs.StringVarP(&f.serverURL, "serverurl", "s", "", "`URL` on which supervisord listens (default "+DefaultURL+")")
	fs.StringVarP(&f.username, "username", "u", "", "`name` to authenticate with (or $"+UsernameVariable+")")
	fs.StringVarP(&f.password, "password", "p", "", "`password` to authenticate with (or $"+PasswordVariable+")")
	fs.StringVar(&f.passwordFile, "password-file", "", "`file` whose first line is the password")
	fs.StringVar(&f.caFile, "cacert", "", "`file` of certificates to trust for https (or $"+CACertVariable+")")
	fs.BoolVarP(&f.interactive, "interactive", "i", false, "start the shell, after the verb if there is one")
	fs.StringVarP(&f.historyFile, "history_file", "r", "", "`file` in which the shell remembers lines")
	// The Go re-implementation of Supervisor spells them --user and -P.
	fs.StringVar(&f.username, "user", "", "")
	fs.StringVarP(&f.password, "P", "P", "", "")
	fs.BoolP("usage", "?", false, "") // Python's other name of -h
	for _, hidden := range []string{"user", "P", "usage"} {
		fs.Lookup(hidden).Hidden = true
	}
	cmd.InitDefaultHelpFlag()
	Abbreviate(fs)
}

// refuse reports a command line or a configuration that cannot be used.
func refuse(cmd *cobra.Command, err error) error {
	cmd.PrintErrf("Error: %v\nFor help, use %s -h\n", err, cmd.CommandPath())
	return ExitError{exitInvalidArgs}
}

func printUsage(cmd *cobra.Command) {
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "%s -- command a running supervisord\n\nUsage: %s [flags] [VERB [arguments]]\n\nFlags:\n%s\n"+
		"Without a verb the shell is started.\n\nVerbs:\n",
		cmd.CommandPath(), cmd.CommandPath(), cmd.Flags().FlagUsages())
	fmt.Fprintf(out, "%s\n\"%s help VERB\" describes one of them.\n", columnize(topics(), usualColumns), cmd.CommandPath())
}

// execute runs one command line, or the shell.
func (s *session) execute(ctx context.Context, settings Settings, line string, interactive bool) error {
	code := exitGeneric
	var err error
	if s.api, err = s.env.Dial(s.server); err != nil {
		s.printf("error: %v\n", err)
		err = nil // it is said
	} else if interactive {
		code, err = s.shell(ctx, settings, line)
	} else {
		code = s.run(ctx, line)
	}
	if err := errors.Join(err, s.out.Flush()); err != nil {
		return err
	}
	if code != exitOK {
		return ExitError{code}
	}
	return nil
}
