package output

import (
	"bytes"
	"time"
	"unicode/utf8"

	"supervisord/internal/output/timestamp"
)

// Format is what the lines of a program look like in its log. The zero Format leaves
// everything as the program wrote it.
//
// The time is when the first byte of a line arrived. Sinks get whole lines only. A line
// that has not ended is held back until it does, or until the program ends. One that is
// longer than 64 KiB becomes several.
type Format struct {
	Kind FormatKind
	// Timestamp is the form of the time.
	Timestamp timestamp.Layout
	// Program is the name of the process.
	Program string
	// Group is that of its group, for FormatJSON; it may be empty.
	Group string
	// Stream is stdout or stderr.
	Stream string
}

// FormatKind says what a Format does.
type FormatKind int

// The kinds of formats.
const (
	// FormatRaw leaves everything as it is.
	FormatRaw FormatKind = iota
	// FormatText puts time, program and stream before each line:
	//
	//	2026-11-22T10:05:01.123+01:00 web stdout listening on :8080
	FormatText
	// FormatJSON makes an object of each line, which ends at \n or \r\n; time is a
	// string, or a number if the Timestamp is. What is not UTF-8 becomes U+FFFD.
	//
	//	{"time":"2026-11-22T10:05:01.123+01:00","program":"web","group":"web","stream":"stdout","line":"listening on :8080"}
	FormatJSON
)

const (
	// maxLine is the longest line, in bytes.
	maxLine = 64 << 10
	// formatted is how much text is made at once: more than most chunks become, and not
	// too much for the caches of a processor.
	formatted = 256 << 10
)

// formatter formats bytes that come in chunks of any size.
type formatter struct {
	json          bool
	clock         *timestamp.Clock
	before, after []byte    // what is around the time, before the line
	at            time.Time // of which prefix tells
	prefix        []byte    // all that stands before the line

	limit int       // the longest line; longer than a character
	held  []byte    // a line that has not ended
	since time.Time // when its first byte came
}

// newFormatter returns nil for FormatRaw.
func newFormatter(o Format) *formatter {
	if o.Kind == FormatRaw {
		return nil
	}
	f := &formatter{clock: timestamp.NewClock(o.Timestamp), limit: maxLine}
	switch o.Kind {
	case FormatRaw: // see above
	case FormatText:
		f.after = []byte(" " + o.Program + " " + o.Stream + " ")
	case FormatJSON:
		f.json = true
		quote := `"`
		if o.Timestamp.IsNumber() {
			quote = ""
		}
		f.before = []byte(`{"time":` + quote)
		f.after = appendJSON([]byte(quote+`,"program":"`), []byte(o.Program))
		if o.Group != "" {
			f.after = appendJSON(append(f.after, `","group":"`...), []byte(o.Group))
		}
		f.after = appendJSON(append(f.after, `","stream":"`...), []byte(o.Stream))
		f.after = append(f.after, `","line":"`...)
	}
	return f
}

// format appends the lines that are complete to dst, and returns the rest of p if that
// has become long. now is when p arrived.
func (f *formatter) format(dst, p []byte, now time.Time) (lines, rest []byte) {
	for len(p) > 0 && len(dst) < formatted {
		if len(f.held) == 0 {
			if f.json {
				dst, p = f.objects(dst, p, now)
			} else {
				dst, p = f.texts(dst, p, now)
			}
			if len(p) == 0 || len(dst) >= formatted {
				break
			}
		}
		end := f.lineEnd(p)
		if end < 0 {
			end = len(p)
		}
		dst, p = f.hold(dst, p, end, now)
	}
	return dst, p
}

// texts appends the lines at the beginning of p that end there and are not too long, up
// to what is made at once.
func (f *formatter) texts(dst, p []byte, now time.Time) (lines, rest []byte) {
	prefix := f.prefixAt(now)
	for len(dst) < formatted {
		end := f.lineEnd(p)
		if end < 0 {
			break
		}
		dst = append(append(dst, prefix...), p[:end+1]...)
		p = p[end+1:]
	}
	return dst, p
}

// objects is texts for JSON. The end of a line is one of the bytes that need an escape
// elsewhere, so that each byte is looked at once for both.
func (f *formatter) objects(dst, p []byte, now time.Time) (lines, rest []byte) {
	prefix := f.prefixAt(now)
	begin, whole := 0, len(dst) // of the line that has not ended: where it is in p, and in dst
	done, next := 0, 0          // as in appendJSON
	dst = append(dst, prefix...)
	found := specials{text: p[:min(len(p), formatted)]}
	for at := found.next(); at < len(found.text) && at-begin <= f.limit; at = found.next() {
		switch {
		case at < next:
		case p[at] == '\n':
			dst = append(append(dst, p[done:at]...), jsonEnd...)
			begin, whole = at+1, len(dst)
			if whole >= formatted {
				return dst, p[begin:]
			}
			dst = append(dst, prefix...)
			done, next = begin, begin
		case p[at] == '\r' && at+1 < len(p) && p[at+1] == '\n':
			dst = append(dst, p[done:at]...)
			done = at + 1
		default: // what is behind the longest line is no part of this one
			dst, done, next = appendSpecial(dst, p[:min(len(p), begin+f.limit+1)], done, at)
		}
	}
	return dst[:whole], p[begin:]
}

// lineEnd returns where the first line of p ends; -1 if it does not, or is too long.
func (f *formatter) lineEnd(p []byte) int {
	return bytes.IndexByte(p[:min(len(p), f.limit+1)], '\n')
}

const jsonEnd = "\"}\n"

// hold adds to the line that is held back. The line ends at p[end], or goes on if that is
// the end of p. What is known to be a line, it appends to dst.
func (f *formatter) hold(dst, p []byte, end int, now time.Time) (lines, rest []byte) {
	if len(f.held) == 0 {
		f.since = now
	}
	n := min(end, f.limit-len(f.held))
	f.held = append(f.held, p[:n]...)
	p = p[n:]
	switch {
	case len(p) == 0: // nothing is known yet
	case n == end:
		dst = f.line(dst, f.content(f.held), f.since)
		f.held, p = f.held[:0], p[1:]
	default: // too long
		whole := wholeRunes(f.held)
		dst = f.line(dst, f.held[:whole], f.since)
		f.held = append(f.held[:0], f.held[whole:]...)
		f.since = now
	}
	return dst, p
}

// end returns the line that is held back, and gives its memory up.
func (f *formatter) end() []byte {
	if len(f.held) == 0 {
		return nil
	}
	line := f.line(nil, f.held, f.since)
	f.held = nil
	return line
}

// content is a line without its end.
func (f *formatter) content(line []byte) []byte {
	if n := len(line) - 1; f.json && n >= 0 && line[n] == '\r' {
		return line[:n]
	}
	return line
}

// prefixAt returns what stands before a line that began at the given time.
func (f *formatter) prefixAt(at time.Time) []byte {
	if at != f.at || f.prefix == nil {
		f.at = at
		f.prefix = append(f.prefix[:0], f.before...)
		f.prefix = append(f.prefix, f.clock.At(at)...)
		f.prefix = append(f.prefix, f.after...)
	}
	return f.prefix
}

func (f *formatter) line(dst, line []byte, at time.Time) []byte {
	dst = append(dst, f.prefixAt(at)...)
	if !f.json {
		return append(append(dst, line...), '\n')
	}
	return append(appendJSON(dst, line), jsonEnd...)
}

// wholeRunes returns how many bytes of p there are without a character at its end that
// was cut in two.
func wholeRunes(p []byte) int {
	for i := len(p) - 1; i >= 0 && i > len(p)-utf8.UTFMax; i-- {
		if utf8.RuneStart(p[i]) {
			if utf8.FullRune(p[i:]) {
				return len(p)
			}
			return i
		}
	}
	return len(p)
}
