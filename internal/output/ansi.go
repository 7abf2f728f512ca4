package output

import "bytes"

// stripper removes ANSI escape sequences from bytes that come in chunks of any size.
// Like strip_ansi of Python's Supervisor it removes ESC [ and all that follows up to
// and including the next of the letters in ansiEnds, whatever is between. Python forgets
// at the end of a chunk where it was; this does not. The zero value is ready for use.
type stripper struct {
	state ansiState
}

type ansiState int

const (
	ansiText     ansiState = iota // outside of a sequence
	ansiEscape                    // an ESC was the last byte, and is held back
	ansiSequence                  // after ESC [
)

const (
	escape   = 0x1b
	ansiEnds = "HfABCDRsuJKhlpm"
)

// passes reports whether p remains as it is. It does for a nil stripper.
func (s *stripper) passes(p []byte) bool {
	return s == nil || s.state == ansiText && bytes.IndexByte(p, escape) < 0
}

// strip appends to dst what is left of src.
func (s *stripper) strip(dst, src []byte) []byte {
	for len(src) > 0 {
		switch s.state {
		case ansiText:
			i := bytes.IndexByte(src, escape)
			if i < 0 {
				return append(dst, src...)
			}
			dst, src = append(dst, src[:i]...), src[i+1:]
			s.state = ansiEscape
		case ansiEscape:
			if src[0] == '[' {
				src = src[1:]
				s.state = ansiSequence
				continue
			}
			dst = append(dst, escape)
			s.state = ansiText
		case ansiSequence:
			i := bytes.IndexAny(src, ansiEnds)
			if i < 0 {
				return dst
			}
			src = src[i+1:]
			s.state = ansiText
		}
	}
	return dst
}

// end ends the sequence that may have begun, and returns what was held back for it.
// There is nothing for a nil stripper.
func (s *stripper) end() []byte {
	if s == nil || s.state == ansiText {
		return nil
	}
	held := s.state == ansiEscape
	s.state = ansiText
	if !held {
		return nil
	}
	return loneEscape
}

var loneEscape = []byte{escape}
