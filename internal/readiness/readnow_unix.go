//go:build unix

package readiness

import (
	"errors"
	"io"
	"syscall"

	"golang.org/x/sys/unix"
)

// ReadNow reads what has come already, and waits for nothing: it fails if there is nothing.
// It is for sockets and pipes that do not block, which those of net and os are.
func ReadNow(c syscall.Conn, buf []byte) (int, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	n := 0
	var failed error
	err = raw.Read(func(fd uintptr) bool {
		n, failed = unix.Read(int(fd), buf)
		return true // whatever it says
	})
	if err = errors.Join(err, failed); err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}
