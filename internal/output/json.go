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
// escape. It looks at eight at a time: one of them sets a highest bit if it is not ASCII,
// below ' ' (by the subtraction), or equal to one that makes a zero of it.
func plainJSON(text []byte) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x80 * ones
	)
	i := 0
	for ; i+8 <= len(text); i += 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		quote, slash := w^('"'*ones), w^('\\'*ones)
		if (w|(w-' '*ones)|(quote-ones)|(slash-ones))&highs != 0 {
			break
		}
	}
	for i < len(text) && text[i] >= ' ' && text[i] < utf8.RuneSelf && text[i] != '"' && text[i] != '\\' {
		i++
	}
	return i
}
