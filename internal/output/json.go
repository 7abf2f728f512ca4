package output

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// appendJSON appends text to dst as the inside of a string in JSON, as encoding/json
// without its escapes for HTML does.
func appendJSON(dst, text []byte) []byte {
	done := 0 // what of text is in dst
	for i := plainJSON(text); i < len(text); i += plainJSON(text[i:]) {
		if c := text[i]; c < utf8.RuneSelf {
			dst = appendEscape(append(dst, text[done:i]...), c)
			i++
			done = i
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(append(dst, text[done:i]...), `\ufffd`...)
			done = i + size
		case r == '\u2028' || r == '\u2029': // which end a line in JavaScript
			dst = append(append(dst, text[done:i]...), `\u202`...)
			dst = append(dst, hexDigits[r&0xf])
			done = i + size
		}
		i += size
	}
	return append(dst, text[done:]...)
}

const hexDigits = "0123456789abcdef"

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}

// plainJSON returns how many bytes at the beginning of text are ASCII that needs no
// escape.
func plainJSON(text []byte) int {
	i := 0
	for ; i+32 <= len(text); i += 32 {
		b := (*[32]byte)(text[i:])
		if (suspects(word(b[:8]))|suspects(word(b[8:16]))|suspects(word(b[16:24]))|suspects(word(b[24:])))&highBits != 0 {
			break
		}
	}
	for ; i+8 <= len(text); i += 8 {
		if found := suspects(word(text[i:])) & highBits; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for i < len(text) && text[i] >= ' ' && text[i] < utf8.RuneSelf && text[i] != '"' && text[i] != '\\' {
		i++
	}
	return i
}

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

const (
	eachByte = 0x0101010101010101
	highBits = 0x80 * eachByte
)

// suspects sets the high bit of the first byte of w that needs an escape or is not ASCII;
// with none it sets no high bit. Of later bytes, and of other bits, it says nothing.
//
// The exclusive or puts '"' next to the control characters, and ' ' beyond it, or makes a
// zero of '\\'; then a subtraction borrows from what is above. What is not ASCII keeps its
// high bit in one of the two.
func suspects(w uint64) uint64 {
	const quote, slash = ('"' ^ ' ') * eachByte, '\\' * eachByte
	return ((w ^ quote) - (' '+1)*eachByte) | ((w ^ slash) - eachByte)
}
