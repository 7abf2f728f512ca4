package host

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// monotonicLine returns a further line for a RELOADING=1 message: the time in
// microseconds on the clock that systemd reads too.
func monotonicLine() string {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return ""
	}
	return fmt.Sprintf("\nMONOTONIC_USEC=%d", now.Nano()/1000)
}
