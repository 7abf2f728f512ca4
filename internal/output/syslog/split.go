package syslog

import "unicode/utf8"

// splitter cuts a stream into lines and a line into pieces of at most room bytes. What
// comes out depends on the stream alone, not on the chunks it comes in.
//
// Control characters but the tab become #ooo, their number in octal, as rsyslogd writes
// them. One carriage return before the end of a line is dropped. Empty lines give
// nothing. A character of UTF-8 is never cut.
type splitter struct {
	room int
	// strict replaces bytes that are no UTF-8. Otherwise they pass.
	strict bool
	// emit gets each piece, which is valid during the call only.
	emit func(piece []byte)

	piece []byte // escaped; shorter than room
	tail  []byte // the beginning of a character, not in piece yet
	cr    bool   // a carriage return, not in piece yet
}

// write takes the next chunk of the stream.
func (s *splitter) write(p []byte) {
	for len(s.tail) > 0 && len(p) > 0 {
		var joined [2 * utf8.UTFMax]byte
		n := copy(joined[:], s.tail)
		k := copy(joined[n:utf8.UTFMax], p)
		p = p[k:]
		s.tail = append(s.tail[:0], s.take(joined[:n+k])...)
	}
	if len(p) > 0 {
		s.tail = append(s.tail[:0], s.take(p)...)
	}
}

// end ends the line that has begun.
func (s *splitter) end() {
	for _, c := range s.tail {
		s.broken(c)
	}
	s.tail, s.cr = s.tail[:0], false
	s.flush()
}

// take returns the beginning of a character at the end of p.
func (s *splitter) take(p []byte) []byte {
	for len(p) > 0 {
		if n := plain(p); n > 0 {
			s.text(p[:n])
			p = p[n:]
			continue
		}
		if p[0] < utf8.RuneSelf {
			s.control(p[0])
			p = p[1:]
			continue
		}
		if !utf8.FullRune(p) {
			return p
		}
		r, n := utf8.DecodeRune(p)
		if r == utf8.RuneError && n == 1 {
			s.broken(p[0])
		} else {
			s.add(p[:n])
		}
		p = p[n:]
	}
	return nil
}

// plain returns how many bytes of ASCII without control characters p begins with.
func plain(p []byte) int {
	for i, c := range p {
		if (c < ' ' && c != '\t') || c >= 0x7f {
			return i
		}
	}
	return len(p)
}

func (s *splitter) text(p []byte) {
	for len(p) > 0 {
		n := max(1, min(len(p), s.room-len(s.piece)))
		s.add(p[:n])
		p = p[n:]
	}
}

func (s *splitter) control(c byte) {
	switch c {
	case '\n':
		s.cr = false
		s.flush()
	case '\r':
		s.keepReturn()
		s.cr = true
	default:
		s.add(octal(c))
	}
}

func (s *splitter) broken(c byte) {
	if s.strict {
		s.add([]byte("\uFFFD"))
		return
	}
	s.add([]byte{c})
}

// add appends what must not be cut.
func (s *splitter) add(unit []byte) {
	s.keepReturn()
	if len(s.piece)+len(unit) > s.room {
		s.flush()
	}
	s.piece = append(s.piece, unit...)
}

// keepReturn writes the carriage return that turned out to stand within a line.
func (s *splitter) keepReturn() {
	if s.cr {
		s.cr = false
		s.add(octal('\r'))
	}
}

func (s *splitter) flush() {
	if len(s.piece) > 0 {
		s.emit(s.piece)
		s.piece = s.piece[:0]
	}
}

func octal(c byte) []byte { return []byte{'#', '0' + c>>6, '0' + c>>3&7, '0' + c&7} }
