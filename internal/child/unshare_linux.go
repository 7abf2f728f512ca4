package child

import "golang.org/x/sys/unix"

// unshareFS gives the calling thread its own umask and working directory.
func unshareFS() error { return unix.Unshare(unix.CLONE_FS) }
