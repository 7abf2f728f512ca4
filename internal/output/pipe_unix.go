//go:build unix && !linux

package output

import (
	"errors"
	"os"
	"syscall"
)

// pipeFile makes a file of a descriptor, in Go's network poller: Close ends a Read.
func pipeFile(fd int) (*os.File, error) {
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, errors.Join(err, syscall.Close(fd))
	}
	return os.NewFile(uintptr(fd), "pipe"), nil
}
