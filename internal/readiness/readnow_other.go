//go:build !unix

package readiness

import (
	"errors"
	"syscall"
)

// ReadNow reads what has come already; not here.
func ReadNow(syscall.Conn, []byte) (int, error) { return 0, errors.ErrUnsupported }
