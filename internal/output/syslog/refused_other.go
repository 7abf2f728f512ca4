//go:build !unix

package syslog

import "net"

// refused says no: this system has no such answer.
func refused(net.Conn) func() error { return never }
