//go:build unix

package host

import (
	"os"
	"syscall"
)

// Umask sets the file mode creation mask of the process and returns the one before.
//
// A thread that has unshared its mask with unshare(CLONE_FS) keeps its own, so this
// comes before the first program is started.
func Umask(mask os.FileMode) (before os.FileMode, err error) {
	return os.FileMode(syscall.Umask(int(mask.Perm()))), nil
}
