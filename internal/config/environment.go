package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// environment is the codec of environment=KEY="value",KEY2=value2.
var environment = pure("list of KEY=value", shape{}, func(s string) (map[string]string, error) {
	env, _, err := parseEnvironment(s)
	return env, err
}, printEnvironment)

// errNoClosing and errNoEscaped are the complaints of Python's shlex.
var (
	errNoClosing = errors.New("No closing quotation") //nolint:staticcheck // Python's words
	errNoEscaped = errors.New("No escaped character") //nolint:staticcheck // Python's words
)

// parseEnvironment reads what Supervisor 4.4 does: words as Python's shlex in POSIX
// mode gives them, in fours: key, '=', value, and a word between pairs that is not
// looked at. Odd lists the words between pairs that are no comma.
func parseEnvironment(s string) (env map[string]string, odd []string, err error) {
	words, err := shellWords(s)
	if err != nil {
		return nil, nil, err
	}
	env = map[string]string{}
	for i := 0; i < len(words); i += 4 {
		if i+2 >= len(words) || words[i+1] != "=" {
			return nil, nil, fmt.Errorf("Unexpected end of key/value pairs in value '%s'", s) //nolint:staticcheck // Python's words
		}
		if strings.ContainsAny(words[i]+words[i+2], "\x00") || words[i] == "" || strings.Contains(words[i], "=") {
			return nil, nil, fmt.Errorf("not a valid environment variable: %q", words[i])
		}
		env[words[i]] = words[i+2]
		if i+3 < len(words) && words[i+3] != "," {
			odd = append(odd, words[i+3])
		}
	}
	return env, odd, nil
}

// printEnvironment writes every value in double quotes, sorted by name.
func printEnvironment(env map[string]string) string {
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	var items []string
	for _, k := range slices.Sorted(maps.Keys(env)) {
		name := k
		if strings.ContainsFunc(k, func(c rune) bool { return !isWordChar(c) }) {
			name = `"` + quote.Replace(k) + `"`
		}
		items = append(items, name+`="`+quote.Replace(env[k])+`"`)
	}
	return printList(items)
}

// shellWords divides s as Python's shlex.shlex(s, posix=True) with "/.+-():" added to
// its word characters: runs of word characters and quoted strings are one word, any
// other character that is not blank is a word of its own, # starts a comment.
func shellWords(s string) ([]string, error) {
	l := lexer{rest: []rune(s)}
	for {
		word, ok, err := l.next()
		if err != nil || !ok {
			return l.words, err
		}
		l.words = append(l.words, word)
	}
}

type lexer struct {
	rest  []rune
	words []string
}

// next reads one word; ok is false at the end.
func (l *lexer) next() (word string, ok bool, err error) {
	l.skip()
	if len(l.rest) == 0 {
		return "", false, nil
	}
	if c := l.rest[0]; !isWordChar(c) && c != '"' && c != '\'' && c != '\\' {
		l.rest = l.rest[1:]
		return string(c), true, nil
	}
	var b strings.Builder
	for len(l.rest) > 0 {
		c := l.rest[0]
		switch {
		case isWordChar(c):
			b.WriteRune(c)
			l.rest = l.rest[1:]
		case c == '\\':
			if len(l.rest) < 2 {
				return "", false, errNoEscaped
			}
			b.WriteRune(l.rest[1])
			l.rest = l.rest[2:]
		case c == '"' || c == '\'':
			if err := l.quoted(&b); err != nil {
				return "", false, err
			}
		default:
			return b.String(), true, nil
		}
	}
	return b.String(), true, nil
}

// quoted reads a quoted string. Inside double quotes a backslash escapes the quote
// and itself.
func (l *lexer) quoted(b *strings.Builder) error {
	quote := l.rest[0]
	for i := 1; i < len(l.rest); i++ {
		c := l.rest[i]
		switch {
		case c == quote:
			l.rest = l.rest[i+1:]
			return nil
		case c == '\\' && quote == '"':
			i++
			if i == len(l.rest) {
				return errNoEscaped
			}
			if l.rest[i] != '"' && l.rest[i] != '\\' {
				b.WriteRune('\\')
			}
			b.WriteRune(l.rest[i])
		default:
			b.WriteRune(c)
		}
	}
	return errNoClosing
}

// skip drops blanks and comments.
func (l *lexer) skip() {
	for len(l.rest) > 0 {
		switch l.rest[0] {
		case ' ', '\t', '\r', '\n':
			l.rest = l.rest[1:]
		case '#':
			for len(l.rest) > 0 && l.rest[0] != '\n' {
				l.rest = l.rest[1:]
			}
		default:
			return
		}
	}
}

// isWordChar says whether c is part of an unquoted word. Beyond shlex's letters
// (ASCII and Latin-1) every letter and digit is.
func isWordChar(c rune) bool {
	return c == '_' || strings.ContainsRune("/.+-():", c) || unicode.IsLetter(c) || unicode.IsDigit(c)
}
