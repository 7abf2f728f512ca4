//go:build unix && !freebsd && !dragonfly

package host

import "syscall"

// setLimit goes through package syscall, which from then on leaves the limit on open
// files of children alone.
func setLimit(resource int, l limit) error {
	return syscall.Setrlimit(resource, &syscall.Rlimit{Cur: l.soft, Max: l.hard})
}
