//go:build unix

package supervise

import (
	"bytes"
	"errors"

	"golang.org/x/sys/unix"
)

// Send writes an event to the stdin of a listener. What the pipe does not take at once
// (it is longer than the pipe, or a client is writing to the same stdin) is written on a
// goroutine, which ends when all is read, or with the child.
func (r *runner) Send(text []byte) error {
	run := r.stdin.run()
	select {
	case r.writing <- struct{}{}:
	default:
		text = bytes.Clone(text)
		go func() {
			r.writing <- struct{}{}
			defer func() { <-r.writing }()
			r.sendSlowly(run, text)
		}()
		return nil
	}
	n, err := r.stdin.writeNow(run, text)
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
		n, err = 0, nil
	}
	if err != nil || n == len(text) {
		<-r.writing
		return err
	}
	rest := bytes.Clone(text[n:])
	go func() {
		defer func() { <-r.writing }()
		r.sendSlowly(run, rest)
	}()
	return nil
}

// sendSlowly writes text as the child reads. That it cannot be written any more needs no
// telling: the listener never answers, and is given up or ends.
func (r *runner) sendSlowly(run int, text []byte) {
	if f, err := r.stdin.begin(run); err == nil {
		_, _ = f.Write(text)
		r.stdin.end(f)
	}
}
