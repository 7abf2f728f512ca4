//go:build !unix

package host

import (
	"errors"
	"os"
)

const openFlags = 0

// lock finds every file free: a lock here would keep others from reading the pid.
func lock(*os.File) (free bool, err error) {
	return true, nil
}

// removeOpen closes the file first, since an open one cannot be deleted here.
func removeOpen(f *os.File, path string) error {
	return errors.Join(f.Close(), os.Remove(path))
}
