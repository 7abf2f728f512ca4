package output

import "bytes"

// stripper removes ANSI escape sequences from bytes that come in chunks of any size: ESC [,
// the bytes of its parameters, and the letter that ends it (ECMA-48, 5.4). A sequence that
// breaks off is removed as far as it goes; the byte that cannot belong to it is text.
//
// strip_ansi of Python's Supervisor knows the letters HfABCDRsuJKhlpm alone, and removes
// what follows any other up to the next of them or to the end of what it has read. What it
// ends by its letters ends here as well; but with its rule, a program that asks for the
// place of the cursor once (ESC [6n) would lose its output until it happens to write such a
// letter. The zero value is ready for use.
type stripper struct {
	state  ansiState
	length int // of the parameters so far
}

type ansiState int

const (
	ansiText     ansiState = iota // outside of a sequence
	ansiEscape                    // an ESC was the last byte, and is held back
	ansiSequence                  // after ESC [
)

const (
	escape = 0x1b
	// maxParameters is how many bytes of parameters a sequence has at most. What is
	// beyond is text.
	maxParameters = 256
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
				s.state, s.length = ansiSequence, 0
				continue
			}
			dst = append(dst, escape)
			s.state = ansiText
		case ansiSequence:
			src = s.skip(src)
		}
	}
	return dst
}

// skip returns what of src is behind the sequence.
func (s *stripper) skip(src []byte) []byte {
	for i, c := range src {
		switch {
		case c >= ' ' && c < '@' && s.length < maxParameters:
			s.length++
		case c >= '@' && c <= '~':
			s.state = ansiText
			return src[i+1:]
		default:
			s.state = ansiText
			return src[i:]
		}
	}
	return nil
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
