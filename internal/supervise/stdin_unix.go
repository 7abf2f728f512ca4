//go:build unix

package supervise

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"supervisord/internal/control"
)

// stdin is the writing end of a child's standard input. No lock is held while somebody
// waits for the child to read, so that its death is told at once.
type stdin struct {
	mu   sync.Mutex
	fd   int
	open bool
	runs int // how many children have had it
}

func (s *stdin) set(fd int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fd, s.open = fd, true
	s.runs++
}

func (s *stdin) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open {
		_ = unix.Close(s.fd) // a pipe: what the child did not read is gone with it
		s.open = false
	}
}

// run returns which child has the pipe.
func (s *stdin) run() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.runs
}

// write writes what the pipe takes at once, if it still is that of the given child.
func (s *stdin) write(run int, data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.open || s.runs != run {
		return 0, unix.EPIPE
	}
	return unix.Write(s.fd, data)
}

const (
	// stdinPatience is how long a child may go without reading before a write fails.
	stdinPatience = 5 * time.Second
	// stdinPause is how long to wait before a full pipe is tried again: the descriptor
	// may be closed at any time, so it cannot be waited for.
	stdinPause = 10 * time.Millisecond
)

// WriteStdin writes data to the pipe, for as long as the child reads: the daemon does not
// keep for it what it does not. Clients write one after the other.
func (r *runner) WriteStdin(ctx context.Context, data []byte) error {
	s := &r.stdin
	select {
	case r.writing <- struct{}{}:
		defer func() { <-r.writing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	run, last := s.run(), time.Now()
	for sent := 0; sent < len(data); {
		n, err := s.write(run, data[sent:])
		switch {
		case err == nil:
			sent, last = sent+n, time.Now()
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN) && time.Since(last) < stdinPatience:
			if err := pause(ctx, stdinPause); err != nil {
				return err
			}
		case errors.Is(err, unix.EAGAIN):
			return control.NewFault(control.Failed, fmt.Sprintf("%s does not read its stdin: %d of %d bytes were written",
				r.program.Name, sent, len(data)))
		case errors.Is(err, unix.EPIPE):
			return control.NewFault(control.NoFile, "")
		default:
			return control.NewFault(control.Failed, fmt.Sprintf("stdin of %s: %v", r.program.Name, err))
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
