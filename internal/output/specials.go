package output

import (
	"encoding/binary"
	"math/bits"
)

const (
	// block is how many bytes one word of marks tells of: bit i is for byte i.
	block = 64
	// marked is how many blocks are marked at once: enough that the call costs nothing,
	// and few enough that they are still near when they are used.
	marked = 64
)

// specials finds the bytes of a text that JSON may not take as they are: control
// characters, '"', '\\', and what is not ASCII.
type specials struct {
	text []byte

	base int    // where in text the block in use begins
	left uint64 // its marks that were not returned yet

	marks [marked]uint64
	count int // of the marks, those that are of use
	used  int // of these, those before and with the block in use
	end   int // where in text marks end
}

// next returns where the next special byte is; len(text) after the last one.
func (s *specials) next() int {
	if s.left == 0 && !s.advance() {
		return len(s.text)
	}
	at := s.base + bits.TrailingZeros64(s.left)
	s.left &= s.left - 1
	return at
}

// advance goes to the next block with a mark, if there is one.
func (s *specials) advance() bool {
	for s.left == 0 {
		if s.used == s.count && !s.mark() {
			return false
		}
		s.base, s.left = s.end-(s.count-s.used)*block, s.marks[s.used]
		s.used++
	}
	return true
}

// mark marks the next blocks, if there are any. The last may be cut short.
func (s *specials) mark() bool {
	rest := s.text[min(s.end, len(s.text)):]
	s.count, s.used = min(len(rest)/block, marked), 0
	switch {
	case len(rest) == 0:
		return false
	case s.count > 0:
		markBlocks(s.marks[:s.count], rest)
	default:
		var last [block]byte
		copy(last[:], rest)
		s.count = 1
		markBlocks(s.marks[:1], last[:])
		s.marks[0] &= 1<<len(rest) - 1
	}
	s.end += s.count * block
	return true
}

// markWords is markBlocks for every processor.
func markWords(marks []uint64, text []byte) {
	const each = 0x0101010101010101
	const high = 0x80 * each
	for i := range marks {
		var m uint64
		for at := 0; at < block; at += 8 {
			w := binary.LittleEndian.Uint64(text[i*block+at:])
			// A byte whose high bit is set does not borrow from the next one, and keeps the
			// bit unless the rest of it was less.
			plain := (w | high) - ' '*each
			plain &= (w ^ '"'*each | high) - each
			plain &= (w ^ '\\'*each | high) - each
			found := (^plain | w) & high
			// The product gathers the eight bits in its highest byte.
			m |= (found >> 7 * 0x0102040810204080 >> 56) << at
		}
		marks[i] = m
	}
}
