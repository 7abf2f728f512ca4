//go:build !linux

package readiness

import (
	"net"
	"os"
	"path/filepath"
)

// socketName returns the path of a file that is not there yet.
func socketName(secret string) (string, error) {
	return filepath.Join(os.TempDir(), "supervisord-"+secret), nil
}

// identify does nothing: the file of the socket has an owner and a mode.
func identify(*net.UnixConn) error { return nil }

// read reads a message, of which it waits for one if wait is set.
func (s *Socket) read(wait bool) (n int, trusted bool, err error) {
	if wait {
		n, err = s.conn.Read(s.buf[:])
	} else {
		n, err = ReadNow(s.conn, s.buf[:])
	}
	return n, true, err
}
