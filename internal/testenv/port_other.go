//go:build !linux

package testenv

import "net"

// ReservePort returns a TCP port of 127.0.0.1 at which nobody listens; others may take it.
func ReservePort() (port int, release func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, nil, err
	}
	return l.Addr().(*net.TCPAddr).Port, func() {}, l.Close()
}
