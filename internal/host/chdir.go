package host

import (
	"fmt"
	"os"
)

// Chdir makes dir the working directory of the process and returns a line for the log.
// The error has Python's beginning and is worth a line too, but Python's daemon goes on
// where it was.
//
// As with Umask, a thread that has unshared its directory does not follow.
func Chdir(dir string) (msg string, err error) {
	if err := os.Chdir(dir); err != nil {
		return "", fmt.Errorf("can't chdir into '%s': %w", dir, bare(err))
	}
	return fmt.Sprintf("set current directory: '%s'", dir), nil
}
