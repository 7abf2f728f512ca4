//go:build unix && !linux

package child

import "errors"

// unshareFS cannot be had here: the umask of a child is set for the whole program
// while it is forked.
func unshareFS() error { return errors.ErrUnsupported }
