package output

import (
	"errors"
	"io"
	"sync"
)

// Sink is where a Stream ends: a File, or later a syslog or a ring. Its methods are
// called concurrently.
type Sink interface {
	io.Writer
	// Reopen opens what lies behind the sink anew, after a rotation by others.
	Reopen() error
	// Clear forgets what was written so far.
	Clear() error
	// Close gives the sink up.
	Close() error
}

// StreamOptions say what happens to the bytes of a Stream.
type StreamOptions struct {
	// Sinks each get all bytes. None means that the output is thrown away.
	Sinks []Sink
	// StripANSI removes terminal escape sequences.
	StripANSI bool
}

// Stream is one of the two outputs of a process: what is written to it goes, through
// its filters, to all of its sinks. It owns the sinks.
type Stream struct {
	sinks []Sink

	mu     sync.Mutex // orders Write and Close; not needed for Reopen and Clear
	strip  *stripper  // nil: keep escape sequences
	closed bool
}

// NewStream returns a Stream that owns o.Sinks.
func NewStream(o StreamOptions) *Stream {
	s := &Stream{sinks: o.Sinks}
	if o.StripANSI {
		s.strip = new(stripper)
	}
	return s
}

// Write hands p to all sinks; one that fails does not keep p from the others. The
// bytes count as written in any case, since the sinks account for their losses.
func (s *Stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.strip == nil {
		return len(p), s.tee(p)
	}
	buf := stripBuffers.Get().(*[]byte)
	out := s.strip.strip((*buf)[:0], p)
	err := s.tee(out)
	*buf = out[:0]
	stripBuffers.Put(buf)
	return len(p), err
}

func (s *Stream) tee(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	var failed error
	for _, sink := range s.sinks {
		if _, err := sink.Write(p); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// Reopen reopens all sinks.
func (s *Stream) Reopen() error { return s.each(Sink.Reopen) }

// Clear clears all sinks.
func (s *Stream) Clear() error { return s.each(Sink.Clear) }

// Close writes what the filters still hold and closes all sinks. Closing twice is
// the same as closing once.
func (s *Stream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	var err error
	if s.strip != nil {
		err = s.tee(s.strip.rest())
	}
	return errors.Join(err, s.each(Sink.Close))
}

func (s *Stream) each(do func(Sink) error) error {
	var failed error
	for _, sink := range s.sinks {
		if err := do(sink); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}
