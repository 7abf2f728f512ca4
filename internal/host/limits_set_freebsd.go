package host

import "syscall"

// setLimit is that of the other systems, with signed fields.
func setLimit(resource int, l limit) error {
	return syscall.Setrlimit(resource, &syscall.Rlimit{Cur: int64(l.soft), Max: int64(l.hard)})
}
