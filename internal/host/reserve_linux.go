package host

import "golang.org/x/sys/unix"

// ReserveDescriptors makes room for n open descriptors at once. The kernel doubles the
// table as it fills, and each time stops whoever needs a place in it until all processors
// have looked elsewhere (an RCU grace period), for 10 ms or more; a start of a thousand
// programs would pay that six times. It does so itself, and so may be called beside
// other things. That there cannot be so many is for others to find out.
func ReserveDescriptors(n int) {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil || n < 1 {
		return
	}
	last := min(uint64(n), l.Cur) - 1
	fd, err := unix.FcntlInt(uintptr(unix.Stderr), unix.F_DUPFD_CLOEXEC, int(last))
	if err == nil {
		_ = unix.Close(fd) // the table stays
	}
}
