package output

import (
	"encoding/binary"
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
	rest := text
	for len(rest) >= 32 {
		b := (*[32]byte)(rest)
		if needsEscape(word(b[:8]))|needsEscape(word(b[8:16]))|needsEscape(word(b[16:24]))|needsEscape(word(b[24:])) != 0 {
			break
		}
		rest = rest[32:]
	}
	for len(rest) >= 8 && needsEscape(word(rest)) == 0 {
		rest = rest[8:]
	}
	if n := len(text); len(rest) < 8 && n >= 8 && needsEscape(word(text[n-8:])) == 0 {
		return n // of the last word only a part has not been looked at
	}
	for len(rest) > 0 && rest[0] >= ' ' && rest[0] < utf8.RuneSelf && rest[0] != '"' && rest[0] != '\\' {
		rest = rest[1:]
	}
	return len(text) - len(rest)
}

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

const (
	eachByte = 0x0101010101010101
	highBits = 0x80 * eachByte
)

// needsEscape is 0 if none of the eight bytes of w needs an escape, and all are ASCII.
// Otherwise a subtraction leaves a high bit. The exclusive or puts '"' next to the control
// characters, and ' ' beyond it, or makes a zero of '\\'; what is not ASCII keeps its high
// bit in one of the two.
func needsEscape(w uint64) uint64 {
	const quote, slash = ('"' ^ ' ') * eachByte, '\\' * eachByte
	return (((w ^ quote) - (' '+1)*eachByte) | ((w ^ slash) - eachByte)) & highBits
}
