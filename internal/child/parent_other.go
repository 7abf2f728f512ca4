//go:build !unix

package child

import (
	"errors"
	"fmt"
	"log/slog"

	"supervisord/internal/process"
)

// NewParent is not built for this operating system.
func NewParent(*slog.Logger, bool, func(int, process.Exit)) (*Parent, error) {
	return nil, fmt.Errorf("starting programs on this operating system: %w", errors.ErrUnsupported)
}

// Close ends a Parent.
func (p *Parent) Close() {}

// Signal sends a signal to a child.
func (p *Parent) Signal(int, int, bool) error { return errors.ErrUnsupported }

// SignalName returns a name for a signal.
func SignalName(sig int) string { return fmt.Sprintf("signal %d", sig) }

type pipes struct{}

type (
	turns struct{}
	tells struct{}
)

func (j *job) openPipes(int) { j.err = errors.ErrUnsupported }
func (j *job) openExtra()    {}
func mayExecute(string) bool { return true }

func outputError(name string, err error) error {
	return fmt.Errorf("unknown error making dispatchers for '%s': %w", name, err)
}
