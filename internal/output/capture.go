package output

import (
	"bytes"
	"slices"
)

// Capture makes a Stream look for captures: text that a program writes between the two
// tokens of Python's Supervisor (its manual, "Capture Mode"),
//
//	<!--XSUPERVISOR:BEGIN-->
//	<!--XSUPERVISOR:END-->
//
// and that is not part of its log. Within a capture the first token is text, outside of
// one the second is. As in Python's, tokens are found in what the program wrote, before
// escape sequences are removed, and these end at a token.
type Capture struct {
	// MaxBytes is how much of a capture is kept: its last bytes. 0 means that the
	// Stream looks for no tokens.
	MaxBytes int64
	// Done is called once at the end of each capture, with what was kept of it. It
	// must not keep data, nor call the Stream, nor block.
	Done func(data []byte)
}

var (
	beginToken = []byte("<!--XSUPERVISOR:BEGIN-->")
	endToken   = []byte("<!--XSUPERVISOR:END-->")
)

// capture finds the tokens in bytes that come in chunks of any size.
type capture struct {
	done   func(data []byte)
	inside bool // of a capture
	// matched is how many bytes of the next token were at the end of the last chunk.
	// They are held back. No other byte of a token is like its first, so that a token
	// that breaks off there can begin anew with the next byte only.
	matched int
	kept    last // of the capture so far
}

// newCapture returns nil for captures that are off.
func newCapture(o Capture) *capture {
	if o.MaxBytes <= 0 {
		return nil
	}
	done := o.Done
	if done == nil {
		done = func([]byte) {}
	}
	return &capture{done: done, kept: last{limit: o.MaxBytes}}
}

// token is the one to look for.
func (c *capture) token() []byte {
	if c.inside {
		return endToken
	}
	return beginToken
}

// next splits p, which is not empty, at the first token: text is what is before it, and
// rest what is behind. Without a token (found is false), rest may be all of p, since text
// is what had been held back.
func (c *capture) next(p []byte) (text, rest []byte, found bool) {
	token := c.token()
	if c.matched > 0 {
		n := commonPrefix(token[c.matched:], p)
		switch {
		case c.matched+n == len(token):
			c.matched = 0
			return nil, p[n:], true
		case n == len(p):
			c.matched += n
			return nil, nil, false
		}
		return c.heldBack(), p, false
	}
	if before, after, found := bytes.Cut(p, token); found {
		return before, after, true
	}
	c.matched = begun(p, token)
	return p[:len(p)-c.matched], nil, false
}

// heldBack gives out what may no longer begin a token.
func (c *capture) heldBack() []byte {
	held := c.token()[:c.matched]
	c.matched = 0
	return held
}

// begun returns how many bytes of token p ends with.
func begun(p, token []byte) int {
	p = p[max(0, len(p)-len(token)+1):]
	i := bytes.LastIndexByte(p, token[0])
	if i < 0 || !bytes.HasPrefix(token, p[i:]) {
		return 0
	}
	return len(p) - i
}

func commonPrefix(a, b []byte) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// last keeps the last bytes that were written to it. It takes memory as it fills.
type last struct {
	limit int64
	buf   []byte
	next  int // index of the oldest byte, once buf is full
}

// maxIdle is how much memory a last keeps for the next time.
const maxIdle = 64 << 10

func (l *last) write(p []byte) {
	if int64(len(p)) > l.limit {
		p = p[int64(len(p))-l.limit:]
	}
	n := int(min(l.limit-int64(len(l.buf)), int64(len(p))))
	l.buf = append(l.buf, p[:n]...)
	for p = p[n:]; len(p) > 0; {
		n := copy(l.buf[l.next:], p)
		l.next = (l.next + n) % len(l.buf)
		p = p[n:]
	}
}

// bytes returns what is kept, in order. It is good until the next write.
func (l *last) bytes() []byte {
	if l.next > 0 { // turned around in place
		slices.Reverse(l.buf[:l.next])
		slices.Reverse(l.buf[l.next:])
		slices.Reverse(l.buf)
		l.next = 0
	}
	return l.buf
}

func (l *last) reset() {
	l.next = 0
	if cap(l.buf) > maxIdle {
		l.buf = nil
	}
	l.buf = l.buf[:0]
}
