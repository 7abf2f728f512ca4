package child

import (
	"strconv"

	"golang.org/x/sys/unix"
)

func pipe2(fd *[2]int) error { return unix.Pipe2(fd[:], unix.O_CLOEXEC) }

// reopenBoth trades one end of a pipe for a descriptor that is open for reading and
// writing. Without /proc it returns fd itself: the child works, but does not outlive
// the supervisor's end.
func reopenBoth(fd int) int {
	both, err := unix.Open("/proc/self/fd/"+strconv.Itoa(fd), unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return fd
	}
	_ = unix.Close(fd) // both is the same pipe
	return both
}
