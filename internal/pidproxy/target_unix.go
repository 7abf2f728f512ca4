//go:build unix

package pidproxy

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// target is a process that is followed until it has ended. A nil target is none.
type target struct {
	pid    int
	status status // set by the proxy if it was a child
	gone   bool   // set by the proxy
	handle
}

func (t *target) alive() bool { return t != nil && !t.gone }

// ended returns a channel that is closed when the process has ended; nil for none.
func (t *target) ended() <-chan struct{} {
	if !t.alive() {
		return nil
	}
	return t.end
}

// forget gives up what was followed.
func (t *target) forget() {
	if t != nil {
		t.close()
	}
}

// collected reports whether the process has ended and somebody else has waited for it.
func (t *target) collected() bool { return !t.status.known && errors.Is(t.signal(0), unix.ESRCH) }

// handle is what the system has to follow a process.
type handle struct {
	end    chan struct{} // closed when the process has ended
	signal func(unix.Signal) error
	close  func() // ends the goroutine that waits for the process
}

// newTarget follows a process.
func newTarget(pid int) (*target, error) {
	h, err := open(pid)
	return &target{pid: pid, handle: h}, err
}

// often is how often to look whether a process has ended, where the system does not tell.
const often = 200 * time.Millisecond

// lookAt follows a process by its pid: it looks again and again.
func lookAt(pid int) handle {
	end, over := make(chan struct{}), make(chan struct{})
	go func() {
		ticker := time.NewTicker(often)
		defer ticker.Stop()
		for isAlive(pid) {
			select {
			case <-ticker.C:
			case <-over:
				return
			}
		}
		close(end)
	}()
	return handle{end, func(s unix.Signal) error { return unix.Kill(pid, s) }, func() { close(over) }}
}

// isAlive reports whether there is such a process.
func isAlive(pid int) bool {
	err := unix.Kill(pid, 0)
	return err == nil || errors.Is(err, unix.EPERM)
}

func openNonblock(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}
