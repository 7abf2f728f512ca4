//go:build !unix

package pidproxy

import (
	"fmt"
	"os"
)

// Options say what to run.
type Options struct {
	PIDFile               string
	Command               []string
	Stdin, Stdout, Stderr *os.File
}

// Run is not built for this operating system, which has no such signals.
func Run(o Options) int {
	_, _ = fmt.Fprintln(o.Stderr, "pidproxy: there are no signals to pass on, on this operating system") // nobody else to tell
	return 1
}

func openNonblock(path string) (*os.File, error) { return os.Open(path) }
