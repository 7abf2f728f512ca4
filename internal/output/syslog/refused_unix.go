//go:build unix

package syslog

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// refused returns a function that asks a datagram socket for the error that the last
// datagram brought back. Where the way is short it is there as soon as the datagram is
// sent; unasked, the next one would get it and not be sent.
func refused(c net.Conn) func() error {
	control := controlOf(c)
	if control == nil {
		return never
	}
	var (
		code int
		err  error
	)
	ask := func(fd uintptr) {
		code, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
	}
	return func() error {
		if closed := control(ask); closed != nil {
			return closed
		}
		if err == nil && code != 0 {
			return syscall.Errno(code)
		}
		return nil
	}
}

// controlOf returns how to ask the socket of c, or nil if it has none.
func controlOf(c net.Conn) func(func(fd uintptr)) error {
	if s, ok := c.(syscall.Conn); ok {
		if raw, err := s.SyscallConn(); err == nil {
			return raw.Control
		}
	}
	return nil
}
