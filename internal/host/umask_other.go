//go:build !unix

package host

import "os"

// Umask fails: files are not created with modes here.
func Umask(mask os.FileMode) (before os.FileMode, err error) {
	return 0, unsupported("umask")
}
