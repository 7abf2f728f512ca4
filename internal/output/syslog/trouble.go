package syslog

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// quietFor is the shortest time between two reports of the same trouble with a server.
// One that comes and goes would flood the log otherwise.
const quietFor = time.Minute

// trouble decides when to speak of a server: once when it cannot be reached or messages
// are dropped, and once when that is over.
type trouble struct {
	down, lost told
	messages   uint64 // dropped since the last time the log heard how many
	err        error  // why the server cannot be reached; nil: it can
	cause      string // the reason that the log knows
}

// told is what the log knows of one trouble.
type told struct {
	told bool
	said time.Time
}

// begin reports whether the log is to be told now.
func (t *told) begin(now time.Time) bool {
	if t.told || !t.said.IsZero() && now.Sub(t.said) < quietFor {
		return false
	}
	t.told, t.said = true, now
	return true
}

// end reports whether the log knew.
func (t *told) end() bool {
	knew := t.told
	t.told = false
	return knew
}

// failed notes why there is no connection, and reports whether the log is to be told: of
// another reason too, which may be the one to mend.
func (t *trouble) failed(now time.Time, err error) bool {
	t.err = err
	cause := rootOf(err).Error()
	if t.down.told && cause != t.cause && now.Sub(t.down.said) >= quietFor {
		t.down.end()
	}
	say := t.down.begin(now)
	if say {
		t.cause = cause
	}
	return say
}

// rootOf returns the error beneath all that wraps it, which names no ports that change.
func rootOf(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err
}

func (t *trouble) dropped(now time.Time) bool {
	t.messages++
	return t.lost.begin(now)
}

func (t *trouble) close() uint64 {
	n := t.messages
	*t = trouble{}
	return n
}

func (s *server) sayDropping() {
	s.mu.Lock()
	err := s.trouble.err
	s.mu.Unlock()
	text := fmt.Sprintf("syslog server %s does not keep up, messages are dropped", s.target)
	if err == nil {
		s.log.Error(text, "server", s.target.String())
		return
	}
	s.log.Error(text, "server", s.target.String(), "err", err)
}

// failed notes that there is no connection, which is no news when nobody wants one.
func (s *server) failed(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	s.mu.Lock()
	say := s.trouble.failed(time.Now(), err)
	s.mu.Unlock()
	if say {
		s.log.Warn(fmt.Sprintf("syslog server %s cannot be reached, messages wait", s.target), "server", s.target.String(), "err", err)
	}
}

// works notes that messages are sent.
func (s *server) works() {
	s.mu.Lock()
	t := &s.trouble
	t.err = nil
	reached := t.down.end()
	var lost uint64
	if s.queue.half() && t.lost.end() {
		lost, t.messages = t.messages, 0
	}
	s.mu.Unlock()
	switch {
	case lost > 0:
		s.log.Warn(fmt.Sprintf("syslog server %s takes messages again, %d were dropped", s.target, lost),
			"server", s.target.String(), "dropped", lost)
	case reached:
		s.log.Info(fmt.Sprintf("syslog server %s is reached again", s.target), "server", s.target.String())
	}
}

func (s *server) sayClosed(lost uint64) {
	if lost > 0 {
		s.log.Warn(fmt.Sprintf("syslog server %s is not used any more, %d messages were dropped", s.target, lost),
			"server", s.target.String(), "dropped", lost)
	}
}
