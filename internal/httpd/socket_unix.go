//go:build unix

package httpd

import (
	"syscall"

	"golang.org/x/sys/unix"
)

const addressInUse = unix.EADDRINUSE

// errnoName is how Python prints an error number.
func errnoName(number syscall.Errno) string { return "errno." + unix.ErrnoName(number) }
