package output

import (
	"errors"
	"io"
	"sync"
	"time"
)

// Sink is where a Stream ends: a File, a Ring, a syslog. Its methods may be called
// concurrently, since several streams can share what lies behind it.
type Sink = io.WriteCloser

// flusher is the optional ability of a sink to hold back what is not a whole yet, a
// line or a character, and to give it out when the program has ended.
type flusher interface {
	Flush() error
}

// StreamOptions say what happens to the bytes of a Stream.
type StreamOptions struct {
	// Sinks get the output in its Format.
	Sinks []Sink
	// Taps get the output as the program wrote it, after the Sinks have got it, or, if it
	// has a Format and comes fast, a little before they have got all of it. Without sinks
	// and taps it is thrown away.
	Taps []Sink
	// StripANSI removes terminal escape sequences.
	StripANSI bool
	// Capture takes text between two tokens out of the output. Zero: there are none.
	Capture Capture
	// Format is what a line looks like in the Sinks. Zero: as the program wrote it.
	Format Format
}

// Stream is one of the two outputs of a process: what is written to it goes, through
// its filters, to all of its sinks and taps. It owns them. What it makes of its input
// does not depend on how that is cut into chunks.
type Stream struct {
	sinks, taps []Sink

	mu      sync.Mutex // orders Write, Flush and Close
	capture *capture   // nil: off
	strip   *stripper  // nil: keep escape sequences
	format  *formatter // nil: raw
	backlog *backlog   // of what is formatted; nil: no chunk was long so far
	closed  bool
}

// NewStream returns a Stream that owns o.Sinks and o.Taps.
func NewStream(o StreamOptions) *Stream {
	s := &Stream{sinks: o.Sinks, taps: o.Taps, capture: newCapture(o.Capture)}
	if o.StripANSI {
		s.strip = new(stripper)
	}
	if len(o.Sinks) > 0 {
		s.format = newFormatter(o.Format)
	}
	return s
}

// Write hands p to all sinks and taps; one that fails does not keep p from the others.
// The bytes count as written in any case, since the sinks account for their losses. Of a
// long chunk that has a Format, the last lines may be written a little later; Flush waits
// for them, and tells of their errors.
func (s *Stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.capture == nil {
		return len(p), s.text(p)
	}
	var failed error
	for rest := p; len(rest) > 0; {
		text, next, found := s.capture.next(rest)
		failed = join(failed, s.text(text))
		if found {
			failed = join(failed, s.turn())
		}
		rest = next
	}
	return len(p), failed
}

// text takes what the program wrote, without tokens.
func (s *Stream) text(p []byte) error {
	if s.strip.passes(p) {
		return s.put(p)
	}
	buf := buffers.Get().(*[]byte)
	out := s.strip.strip((*buf)[:0], p)
	err := s.put(out)
	*buf = out[:0]
	buffers.Put(buf)
	return err
}

// put takes what is left of the text: it is part of the capture or of the output.
func (s *Stream) put(p []byte) error {
	if s.capture != nil && s.capture.inside {
		s.capture.kept.write(p)
		return nil
	}
	return s.tee(p)
}

// turn begins or ends a capture.
func (s *Stream) turn() error {
	err := s.put(s.strip.end())
	c := s.capture
	if c.inside {
		c.done(c.kept.bytes())
		c.kept.reset()
	}
	c.inside = !c.inside
	return err
}

// tee hands p to all sinks and taps.
func (s *Stream) tee(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if s.format == nil {
		return join(writeAll(s.sinks, p), writeAll(s.taps, p))
	}
	return join(s.lines(p, time.Now()), writeAll(s.taps, p))
}

// lines hands p to all sinks in the format of the log. A chunk that is not long is written
// on return, and costs no switch between goroutines.
func (s *Stream) lines(p []byte, now time.Time) error {
	if len(p) >= longChunk {
		s.longLines(p, now)
		return nil
	}
	failed := s.backlog.settle()
	buf := buffers.Get().(*[]byte)
	for rest := p; len(rest) > 0; {
		*buf, rest = s.format.format((*buf)[:0], rest, now)
		failed = join(failed, writeAll(s.sinks, *buf))
	}
	buffers.Put(buf)
	return failed
}

// longLines formats p while what was formatted before is written.
func (s *Stream) longLines(p []byte, now time.Time) {
	if s.backlog == nil {
		s.backlog = newBacklog(func(piece []byte) error { return writeAll(s.sinks, piece) })
	}
	for rest := p; len(rest) > 0; {
		piece := buffers.Get().(*[]byte)
		*piece, rest = s.format.format((*piece)[:0], rest, now)
		s.backlog.add(piece)
	}
}

// settle returns when all that has become a line is written.
func (s *Stream) settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.backlog.settle() // the sinks account for their losses
}

// Flush gives out what is held back because it may be the beginning of a token, an
// escape sequence, a line or a character: call it when the program has ended and all
// that it wrote was read. A capture that was begun and has not ended is output like any
// other, with its first token, as far as it was kept. Others who hold the pipe may
// write on.
func (s *Stream) Flush() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	return s.flush()
}

func (s *Stream) flush() error {
	var failed error
	if s.capture != nil {
		failed = s.text(s.capture.heldBack())
	}
	failed = join(failed, s.put(s.strip.end()))
	if c := s.capture; c != nil && c.inside {
		c.inside = false
		failed = join(failed, s.tee(beginToken), s.tee(c.kept.bytes()))
		c.kept.reset()
	}
	if s.format != nil {
		failed = join(failed, s.backlog.settle(), writeAll(s.sinks, s.format.end()))
	}
	return join(failed, s.each(func(sink Sink) error {
		if f, ok := sink.(flusher); ok {
			return f.Flush()
		}
		return nil
	}))
}

// Close flushes and closes all sinks. Closing twice is the same as closing once.
func (s *Stream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	return join(s.flush(), s.each(Sink.Close))
}

// each does something with all sinks and taps.
func (s *Stream) each(do func(Sink) error) error {
	var failed error
	for _, sinks := range [][]Sink{s.sinks, s.taps} {
		for _, sink := range sinks {
			failed = join(failed, do(sink))
		}
	}
	return failed
}

func writeAll(sinks []Sink, p []byte) error {
	if len(p) == 0 {
		return nil
	}
	var failed error
	for _, sink := range sinks {
		if _, err := sink.Write(p); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// join is errors.Join, without an allocation if all is well.
func join(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return errors.Join(errs...)
		}
	}
	return nil
}

// buffers hold what becomes of a chunk while it is written.
var buffers = sync.Pool{New: func() any { return new([]byte) }}
