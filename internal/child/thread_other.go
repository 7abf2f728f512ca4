//go:build unix && !linux

package child

import (
	"errors"
	"runtime"
)

// onThread runs do on a thread of its own, which ends with it.
func onThread(do func()) {
	runtime.LockOSThread()
	do()
}

// unshareFS cannot be had here: the umask of a child is set for the whole program
// while it is forked.
func unshareFS() error { return errors.ErrUnsupported }
