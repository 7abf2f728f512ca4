//go:build !unix

package supervise

import "errors"

// Send is not built for this operating system.
func (r *runner) Send([]byte) error { return errors.ErrUnsupported }
