package child

import (
	"errors"
	"strings"
)

var (
	errNoClosingQuote = errors.New("No closing quotation") //nolint:staticcheck // ST1005: Python's words, shown in status
	errNoEscaped      = errors.New("No escaped character") //nolint:staticcheck // ST1005: as above
)

// Words splits a command line as Python's shlex.split does: blanks separate, single
// quotes keep everything, in double quotes a backslash protects only a double quote
// and itself, outside quotes it protects any character. There is no shell: no globs, no
// variables, no tilde.
func Words(line string) ([]string, error) {
	var (
		words []string
		word  strings.Builder
		begun bool // word is a word, even if it is empty
	)
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case ' ', '\t', '\r', '\n':
			if begun {
				words = append(words, word.String())
				word.Reset()
				begun = false
			}
		case '\'', '"':
			n, err := quoted(&word, line[i+1:], c)
			if err != nil {
				return nil, err
			}
			i += n
			begun = true
		case '\\':
			if i++; i == len(line) {
				return nil, errNoEscaped
			}
			word.WriteByte(line[i])
			begun = true
		default:
			word.WriteByte(c)
			begun = true
		}
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}

// quoted appends the text up to the closing quote to word and returns how many bytes
// of s it used, the closing quote included.
func quoted(word *strings.Builder, s string, quote byte) (int, error) {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return i + 1, nil
		case s[i] == '\\' && quote == '"':
			if i+1 == len(s) {
				return 0, errNoEscaped
			}
			if s[i+1] == '"' || s[i+1] == '\\' {
				i++
			}
		}
		word.WriteByte(s[i])
	}
	return 0, errNoClosingQuote
}
