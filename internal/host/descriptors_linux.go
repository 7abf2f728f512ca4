package host

import (
	"errors"
	"fmt"
	"math"

	"golang.org/x/sys/unix"
)

// SealDescriptors sees to it that no program inherits what the caller of the daemon had
// left open: it marks every descriptor but stdin, stdout and stderr close-on-exec. What
// the daemon opens itself is marked from the start.
func SealDescriptors() error {
	err := unix.CloseRange(firstDescriptor, math.MaxInt32, unix.CLOSE_RANGE_CLOEXEC)
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EPERM) {
		err = sealListed("/proc/self/fd") // before Linux 5.11, or in a sandbox older than the call
	}
	if err != nil {
		return fmt.Errorf("mark descriptors close-on-exec: %w", err)
	}
	return nil
}

// duplicate makes descriptor to another one for what from stands for, inherited by programs.
func duplicate(from, to int) error {
	return unix.Dup3(from, to, 0)
}
