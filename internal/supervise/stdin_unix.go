//go:build unix

package supervise

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"supervisord/internal/control"
)

// stdin is the writing end of a child's standard input.
type stdin struct {
	mu   sync.Mutex
	fd   int
	open bool
}

func (s *stdin) set(fd int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fd, s.open = fd, true
}

func (s *stdin) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open {
		_ = unix.Close(s.fd) // a pipe: what the child did not read is gone with it
		s.open = false
	}
}

// WriteStdin writes data to the pipe, for as long as the child reads: the daemon does not
// keep for it what it does not.
func (r *runner) WriteStdin(data []byte) error {
	s := &r.stdin
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.open {
		return control.NewFault(control.NoFile, "")
	}
	return r.writeAll(s.fd, data)
}

// stdinPatience is how long a child may go without reading before a write fails.
const stdinPatience = 5 * time.Second

func (r *runner) writeAll(fd int, data []byte) error {
	for sent := 0; sent < len(data); {
		n, err := unix.Write(fd, data[sent:])
		switch {
		case err == nil:
			sent += n
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			if err := awaitWritable(fd); err != nil {
				return control.NewFault(control.Failed, fmt.Sprintf("%s does not read its stdin: %d of %d bytes were written",
					r.program.Name, sent, len(data)))
			}
		case errors.Is(err, unix.EPIPE):
			return control.NewFault(control.NoFile, "")
		default:
			return control.NewFault(control.Failed, fmt.Sprintf("stdin of %s: %v", r.program.Name, err))
		}
	}
	return nil
}

func awaitWritable(fd int) error {
	deadline := time.Now().Add(stdinPatience)
	for {
		left := time.Until(deadline)
		if left <= 0 {
			return unix.ETIMEDOUT
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, int(left.Milliseconds())+1)
		if n > 0 || err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
