//go:build !unix

package output

import "os"

// pipeFile makes a file of a descriptor.
func pipeFile(fd int) (*os.File, error) {
	return os.NewFile(uintptr(fd), "pipe"), nil
}
