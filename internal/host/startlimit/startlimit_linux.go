package startlimit

import "unsafe"

// rlimitNoFile is RLIMIT_NOFILE, here because package syscall may not be imported.
// Its value is the same on all architectures that have a prlimit64 number below.
const rlimitNoFile = 7

var (
	atStart Limit
	errno   = readAtStart()
)

// OpenFiles returns the limit on open files as it was when the process started.
// It reports false if that is not known.
func OpenFiles() (Limit, bool) {
	return atStart, errno == 0
}

// readAtStart fills atStart, a package variable, which does not move.
func readAtStart() uintptr {
	_, _, errno := rawSyscall6(sysPrlimit64, 0, rlimitNoFile, 0, uintptr(unsafe.Pointer(&atStart)), 0, 0)
	return errno
}

// rawSyscall6 is syscall.RawSyscall6, which that package offers for linking.
//
//go:linkname rawSyscall6 syscall.RawSyscall6
func rawSyscall6(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2, errno uintptr)
