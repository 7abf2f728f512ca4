//go:build !unix

package runner

import (
	"context"
	"errors"
)

// stdin is the writing end of a child's standard input.
type stdin struct{}

func (s *stdin) set(int) {}
func (s *stdin) close()  {}

// WriteStdin is not built for this operating system.
func (r *Runner) WriteStdin(context.Context, []byte) error { return errors.ErrUnsupported }
