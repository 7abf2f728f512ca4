//go:build unix

package runner

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// writable waits until f takes at least a piece of output, or fails, and reports
// whether it does.
func writable(f *os.File, patience time.Duration) bool {
	deadline := time.Now().Add(patience)
	for {
		poll := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLOUT}}
		n, err := unix.Poll(poll, int(max(time.Until(deadline), 0).Milliseconds()))
		if n > 0 || err != nil && !errors.Is(err, unix.EINTR) {
			return true // the write will tell
		}
		if !time.Now().Before(deadline) {
			return false
		}
	}
}
