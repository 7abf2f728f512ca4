package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"supervisord/internal/pidproxy"
)

const pidproxyUsage = `Usage: supervisord pidproxy PIDFILE COMMAND [ARG...]

Run a program that goes into the background and writes its pid to PIDFILE, so that a
supervisor can watch it: signals (TERM HUP INT USR1 USR2 QUIT) are passed on to the process
in PIDFILE, and the proxy ends, with its exit code, when that process does.

  [program:nginx]
  command=supervisord pidproxy /run/nginx.pid nginx
`

// isPidproxy reports whether the program was called by the name of Python's pidproxy.
func isPidproxy(name string) bool {
	return strings.TrimSuffix(filepath.Base(name), ".exe") == "pidproxy"
}

func newPidproxy(use string, stdout, stderr io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   use + " PIDFILE COMMAND [ARG...]",
		Short: "Run a program that goes into the background, in its place",
		// The words behind the pidfile are another program's.
		DisableFlagParsing: true,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 && (args[0] == "-h" || args[0] == "--help") {
				_, err := io.WriteString(stdout, pidproxyUsage)
				return err
			}
			// The Go original's flag asks for what is always done here.
			if len(args) > 0 && strings.TrimLeft(args[0], "-") == "exit-daemon-stop" && args[0][0] == '-' {
				args = args[1:]
			}
			if len(args) < 2 || strings.HasPrefix(args[0], "-") {
				_, _ = fmt.Fprint(stderr, pidproxyUsage) // nobody to tell if stderr is closed
				return exitCode(exitUsage)
			}
			return exitCode(pidproxy.Run(pidproxy.Options{
				PIDFile: args[0], Command: args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
			}))
		},
	}
}
