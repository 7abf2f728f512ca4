package syslog

import (
	"io"
	"net"

	"golang.org/x/sys/unix"
)

// hungUp returns a function that asks a stream whether its server has closed it. The
// reader of the link learns that too, but perhaps a moment after the next message.
func hungUp(c net.Conn) func() error {
	control := controlOf(c)
	if control == nil {
		return never
	}
	var (
		fds = []unix.PollFd{{Events: unix.POLLRDHUP}}
		n   int
		err error
	)
	ask := func(fd uintptr) {
		fds[0].Fd = int32(fd)
		n, err = unix.Poll(fds, 0)
	}
	return func() error {
		if closed := control(ask); closed != nil {
			return closed
		}
		if err == nil && n > 0 {
			return io.EOF
		}
		return nil
	}
}
