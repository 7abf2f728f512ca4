//go:build unix && !linux

package child

import "golang.org/x/sys/unix"

func pipe2(fd *[2]int) error {
	if err := unix.Pipe(fd[:]); err != nil {
		return err
	}
	unix.CloseOnExec(fd[0])
	unix.CloseOnExec(fd[1])
	return nil
}

// reopenBoth needs Linux's /proc.
func reopenBoth(fd int) int { return fd }
