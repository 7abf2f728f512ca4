//go:build unix

package runner

import (
	"bytes"
	"errors"

	"golang.org/x/sys/unix"
)

// maxUnread is how many events may be on their way to a child: one of which it may have
// read the end just now, and the one that it has asked for since.
const maxUnread = 2

// errUnread says that a child asks for events and does not read them.
var errUnread = errors.New("the events before are still in the pipe")

// Send writes an event to the stdin of a listener. What the pipe does not take at once
// (it is longer than the pipe, or a client is writing to the same stdin) is written on a
// goroutine, which ends when all is read, or with the child. There are no more than
// maxUnread of them.
func (r *Runner) Send(text []byte) error {
	run, ok := r.stdin.expect(maxUnread)
	if !ok {
		return errUnread
	}
	select {
	case r.writing <- struct{}{}:
	default:
		text = bytes.Clone(text)
		go func() {
			r.writing <- struct{}{}
			r.sendSlowly(run, text)
		}()
		return nil
	}
	n, err := r.stdin.writeNow(run, text)
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
		n, err = 0, nil
	}
	if err != nil || n == len(text) {
		r.sent(run)
		return err
	}
	go r.sendSlowly(run, bytes.Clone(text[n:]))
	return nil
}

// sendSlowly writes text as the child reads, and lets others write then. That it cannot
// be written any more needs no telling: the listener never answers, and is given up or
// ends.
func (r *Runner) sendSlowly(run int, text []byte) {
	if f, err := r.stdin.begin(run); err == nil {
		_, _ = f.Write(text)
		r.stdin.end(f)
	}
	r.sent(run)
}

// sent lets others write. The event is counted out first, or the next one would find two
// that were read.
func (r *Runner) sent(run int) {
	r.stdin.arrived(run)
	<-r.writing
}
