//go:build unix

package config

import (
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// signalNumber returns the number of a signal named without SIG, 0 if unknown.
func signalNumber(name string) int {
	if n, ok := signalAliases[name]; ok {
		return n
	}
	return int(unix.SignalNum("SIG" + name))
}

// signalName returns the name of a signal without SIG, empty if unknown.
func signalName(n int) string {
	if s := strings.TrimPrefix(unix.SignalName(syscall.Signal(n)), "SIG"); s != "" {
		return s
	}
	for name, number := range signalAliases {
		if number == n {
			return name
		}
	}
	return ""
}
