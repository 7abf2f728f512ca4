package output

import "time"

// SetWait shortens the time that a fifo may stand still.
func (f *File) SetWait(d time.Duration) { f.wait = d }

// Hold keeps the file as busy as a disk that stands still, until release is called.
func (f *File) Hold() (release func()) {
	f.mu.Lock()
	return f.mu.Unlock
}

// Strip removes escape sequences from the chunks and returns what remains.
func Strip(chunks ...[]byte) []byte {
	var s stripper
	out := []byte{}
	for _, c := range chunks {
		out = s.strip(out, c)
	}
	return append(out, s.end()...)
}

// NewStreamOfShortLines returns a Stream whose Format knows no lines longer than limit.
func NewStreamOfShortLines(o StreamOptions, limit int) *Stream {
	s := NewStream(o)
	s.format.limit = limit
	return s
}

// JSON is text as the inside of a string in JSON.
func JSON(text []byte) []byte { return appendJSON([]byte{}, text) }

// FormattedCap is the most memory that a piece of what becomes of p takes.
func FormattedCap(o Format, p []byte) (most int) {
	f := newFormatter(o)
	for len(p) > 0 {
		var piece []byte
		piece, p = f.format(nil, p, time.Time{})
		most = max(most, cap(piece))
	}
	return most
}

// Cap is how much memory the ring holds.
func (r *Ring) Cap() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return cap(r.buf)
}

// Next is the first boundary after t.
func (p Period) Next(t time.Time) time.Time { return p.next(t) }

// Early reports whether a clock that shows now has been set back too far for what was
// decided at start.
func (p Period) Early(start, now time.Time) bool { return p.spanFrom(start).early(now) }

// MarkBlocks and MarkWords mark what JSON may not take as it is, in two ways.
var MarkBlocks, MarkWords = markBlocks, markWords
