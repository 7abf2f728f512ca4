//go:build unix

package output

import (
	"errors"
	"os"
	"syscall"
)

// openFlags keep open(2) from waiting for the other end of a fifo and from making a
// terminal our controlling one.
const openFlags = syscall.O_NONBLOCK | syscall.O_NOCTTY

// renamesOpenFiles says that a file may be renamed while it is open.
const renamesOpenFiles = true

// linked reports whether file still has a name.
func linked(file *os.File) bool {
	info, err := file.Stat()
	if err != nil {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return !ok || st.Nlink > 0
}

// giveTo gives file the owner and group that info tells of.
func giveTo(file *os.File, info os.FileInfo) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.ErrUnsupported
	}
	return file.Chown(int(st.Uid), int(st.Gid))
}
