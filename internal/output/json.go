package output

import "unicode/utf8"

// appendJSON appends text to dst as the inside of a string in JSON, as encoding/json
// without its escapes for HTML does.
func appendJSON(dst, text []byte) []byte {
	done, next := 0, 0 // what of text is in dst, and what was looked at
	found := specials{text: text}
	for at := found.next(); at < len(text); at = found.next() {
		if at >= next {
			dst, done, next = appendSpecial(dst, text, done, at)
		}
	}
	return append(dst, text[done:]...)
}

// appendSpecial appends text[done:at], and an escape for what is at text[at] if JSON does
// not take that as it is. It returns what is done of text, and what was looked at.
func appendSpecial(dst, text []byte, done, at int) (_ []byte, _, next int) {
	if c := text[at]; c < utf8.RuneSelf {
		return appendEscape(append(dst, text[done:at]...), c), at + 1, at + 1
	}
	for at < len(text) && text[at] >= utf8.RuneSelf {
		r, size := utf8.DecodeRune(text[at:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(append(dst, text[done:at]...), `\ufffd`...)
			done = at + size
		case r == '\u2028' || r == '\u2029': // which end a line in JavaScript
			dst = append(append(dst, text[done:at]...), `\u202`...)
			dst = append(dst, hexDigits[r&0xf])
			done = at + size
		}
		at += size
	}
	return dst, done, at
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
