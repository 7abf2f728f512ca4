//go:build unix && !linux

package host

import "golang.org/x/sys/unix"

// SealDescriptors sees to it that no program inherits what the caller of the daemon had
// left open: it marks every descriptor but stdin, stdout and stderr close-on-exec, as
// far as /dev/fd lists them. What the daemon opens itself is marked from the start.
func SealDescriptors() error {
	return sealListed("/dev/fd")
}

// duplicate makes descriptor to another one for what from stands for, inherited by programs.
func duplicate(from, to int) error {
	return unix.Dup2(from, to)
}
