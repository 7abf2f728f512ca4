//go:build unix

package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"supervisord/internal/control"
)

// stdin is the writing end of a child's standard input. No lock is held while somebody
// waits for the child to read, so that its death is told at once.
type stdin struct {
	mu     sync.Mutex
	fd     int
	open   bool
	runs   int      // how many children have had it
	unread int      // events that are on their way to this child
	writer *os.File // of who writes at this moment: a copy of fd; nil: nobody does
}

// set gives it to a new child; a negative fd says that this one has none.
func (s *stdin) set(fd int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fd, s.open = fd, fd >= 0
	s.runs++
	s.unread = 0
}

// run returns which child has the pipe.
func (s *stdin) run() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.runs
}

// expect counts an event that is about to be written, unless there are limit already, and
// returns which child it is for.
func (s *stdin) expect(limit int) (run int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unread >= limit {
		return 0, false
	}
	s.unread++
	return s.runs, true
}

// arrived counts an event out that was written, or never will be.
func (s *stdin) arrived(run int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runs == run {
		s.unread--
	}
}

func (s *stdin) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open {
		_ = unix.Close(s.fd) // a pipe: what the child did not read is gone with it
		s.open = false
	}
	if s.writer != nil {
		_ = s.writer.SetWriteDeadline(time.Now()) // which ends the write; end closes it
		s.writer = nil
	}
}

// begin returns a copy of the pipe to the given child that one may wait for, to be given
// to end.
func (s *stdin) begin(run int) (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.open || s.runs != run {
		return nil, unix.EPIPE
	}
	fd, err := unix.FcntlInt(uintptr(s.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("dup", err)
	}
	s.writer = os.NewFile(uintptr(fd), "stdin")
	return s.writer, nil
}

// writeNow writes what the pipe takes at once, if it still is that of the given child.
func (s *stdin) writeNow(run int, data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.open || s.runs != run {
		return 0, unix.EPIPE
	}
	return unix.Write(s.fd, data)
}

func (s *stdin) end(f *os.File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writer == f {
		s.writer = nil
	}
	_ = f.Close() // a pipe; what was written is in it
}

// extend lets f wait until the deadline, and reports whether its child still is there.
func (s *stdin) extend(f *os.File, deadline time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writer == f && f.SetWriteDeadline(deadline) == nil
}

const (
	// stdinPatience is how long a child may go without reading before a write fails.
	stdinPatience = 5 * time.Second
	// stdinPiece is how much is written at once: what the kernel puts into a pipe as a
	// whole or not at all, so that a program which reads slowly is seen to read.
	stdinPiece = 4096
)

// WriteStdin writes data to the pipe, for as long as the child reads: the daemon does not
// keep for it what it does not. Clients write one after the other.
func (r *Runner) WriteStdin(ctx context.Context, data []byte) error {
	waiting := time.NewTimer(stdinPatience)
	defer waiting.Stop()
	select {
	case r.writing <- struct{}{}:
		defer func() { <-r.writing }()
	case <-waiting.C: // an event for a listener, perhaps
		return control.NewFault(control.Failed, r.program().Name+" does not read its stdin: what others have written is still on its way")
	case <-ctx.Done():
		return ctx.Err()
	}
	sent, err := r.stdin.write(ctx, data)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, unix.EPIPE):
		return control.NewFault(control.NoFile, control.Selector{Group: r.program().Group, Process: r.program().Name}.String())
	case errors.Is(err, os.ErrDeadlineExceeded):
		return control.NewFault(control.Failed, fmt.Sprintf("%s does not read its stdin: %d of %d bytes were written",
			r.program().Name, sent, len(data)))
	}
	return control.NewFault(control.Failed, fmt.Sprintf("stdin of %s: %v", r.program().Name, err))
}

// write writes piece by piece, and returns how much it was.
func (s *stdin) write(ctx context.Context, data []byte) (sent int, err error) {
	f, err := s.begin(s.run())
	if err != nil {
		return 0, err
	}
	defer s.end(f)
	defer context.AfterFunc(ctx, func() { _ = f.SetWriteDeadline(time.Now()) })() // fails only after end
	for sent < len(data) {
		if !s.extend(f, time.Now().Add(stdinPatience)) {
			return sent, unix.EPIPE
		}
		if ctx.Err() != nil { // extend may have come after the end of ctx
			return sent, ctx.Err()
		}
		n, err := f.Write(data[sent:min(sent+stdinPiece, len(data))])
		sent += n
		if err != nil && !s.extend(f, time.Time{}) {
			return sent, unix.EPIPE // of the child that it was for
		}
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}
