//go:build !unix

package runner

import "errors"

// Send is not built for this operating system.
func (r *Runner) Send([]byte) error { return errors.ErrUnsupported }
