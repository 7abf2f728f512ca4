//go:build unix

package host

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// firstDescriptor is the one after stdin, stdout and stderr.
const firstDescriptor = 3

// sealListed marks the descriptors that the directory dir lists.
func sealListed(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		// The list names its own descriptor too, closed by now: marking it does nothing.
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd >= firstDescriptor {
			unix.CloseOnExec(fd)
		}
	}
	return err
}
