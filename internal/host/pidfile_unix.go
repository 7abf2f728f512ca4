//go:build unix

package host

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// openFlags keep the open from following a link or waiting for the other end of a pipe
// that has appeared since the path was looked at.
const openFlags = unix.O_NOFOLLOW | unix.O_NONBLOCK

// lock takes the file for this process, or reports that another one has it. A file
// system without locks is no reason not to start.
func lock(f *os.File) (free bool, err error) {
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil, errors.Is(err, unix.ENOLCK), errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOSYS):
			return true, nil
		case errors.Is(err, unix.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, unix.EINTR):
			return false, err
		}
	}
}

// removeOpen deletes the file while it is still locked: a daemon that starts now sees
// either our lock or no file, never a file that is about to vanish.
func removeOpen(f *os.File, path string) error {
	return errors.Join(os.Remove(path), f.Close())
}
