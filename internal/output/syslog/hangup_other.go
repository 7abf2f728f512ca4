//go:build !linux

package syslog

import "net"

// hungUp says no: the reader of the link learns when a server closes a stream, but
// perhaps a moment after the next message.
func hungUp(net.Conn) func() error { return never }
