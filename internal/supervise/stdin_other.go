//go:build !unix

package supervise

import (
	"context"
	"errors"
)

// stdin is the writing end of a child's standard input.
type stdin struct{}

func (s *stdin) set(int) {}
func (s *stdin) close()  {}

// WriteStdin is not built for this operating system.
func (r *runner) WriteStdin(context.Context, []byte) error { return errors.ErrUnsupported }
