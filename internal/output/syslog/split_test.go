package syslog_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/output/syslog"
)

func TestLinesBecomeMessages(t *testing.T) {
	for _, c := range []struct {
		name   string
		strict bool
		in     string
		want   []string
	}{
		{"one per line", false, "a\nb\n", []string{"a", "b"}},
		{"the last without an end", false, "a\nb", []string{"a", "b"}},
		{"none for empty lines", false, "\n\r\n\na\n\n", []string{"a"}},
		{"a return before the end", false, "a\r\nb\r", []string{"a", "b"}},
		{"a return elsewhere", false, "a\rb\r\r\n", []string{"a#015b#015"}},
		{"control characters", false, "\x00a\x1b[\n\x7f\tb\n", []string{"#000a#033[", "#177\tb"}},
		{"blanks are text", false, " \n", []string{" "}},
		{"UTF-8 passes", true, "é€😀\n", []string{"é€😀"}},
		{"other bytes pass", false, "\xff\xe2\x82\n\xe2", []string{"\xff\xe2\x82", "\xe2"}},
		{"or are replaced", true, "\xff\xe2\x82\n\xe2", []string{"\uFFFD\uFFFD\uFFFD", "\uFFFD"}},
		{"full pieces", false, "1234567890abcdefghij\n", []string{"1234567890", "abcdefghij"}},
		{"a longer line", false, "1234567890abcdefghijK\n", []string{"1234567890", "abcdefghij", "K"}},
		{"characters are not cut", false, "123456789é123456€x\n", []string{"123456789", "é123456", "€x"}},
		{"nor escapes", false, "1234567\x00\n", []string{"1234567", "#000"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, syslog.Split(10, c.strict, []byte(c.in))); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// naive cuts a whole stream by the same rules, as simply as possible.
func naive(room int, strict bool, stream string) []string {
	pieces := []string{}
	for line := range strings.SplitSeq(stream, "\n") {
		line = strings.TrimSuffix(line, "\r")
		piece := ""
		for len(line) > 0 {
			r, n := utf8.DecodeRuneInString(line)
			unit := line[:n]
			if strict && r == utf8.RuneError && n == 1 {
				unit = "\uFFFD"
			}
			if r < ' ' && r != '\t' || r == 0x7f {
				unit = fmt.Sprintf("#%03o", r)
			}
			if len(piece)+len(unit) > room {
				pieces = append(pieces, piece)
				piece = ""
			}
			piece += unit
			line = line[n:]
		}
		if piece != "" {
			pieces = append(pieces, piece)
		}
	}
	return pieces
}

func FuzzChunksDoNotMatter(f *testing.F) {
	f.Add([]byte("a\r\nb\r\rc\n\n"), []byte{1, 2}, false)
	f.Add([]byte("é€😀\xff\xe2\x82\n\xf0\x9f\x98"), []byte{1}, true)
	f.Add([]byte("12345678901234567890\x00\r"), []byte{3, 1, 7}, false)
	f.Add(bytes.Repeat([]byte("€\x1b"), 40), []byte{2}, true)
	f.Fuzz(func(t *testing.T, stream, sizes []byte, strict bool) {
		const room = 16
		want := naive(room, strict, string(stream))
		var chunks [][]byte
		for rest, i := stream, 0; len(rest) > 0; i++ {
			n := len(rest)
			if len(sizes) > 0 {
				n = min(n, 1+int(sizes[i%len(sizes)])%40)
			}
			chunks = append(chunks, rest[:n])
			rest = rest[n:]
		}
		if d := cmp.Diff(want, syslog.Split(room, strict, chunks...)); d != "" {
			t.Errorf("%q in %d chunks (-want +got):\n%s", stream, len(chunks), d)
		}
	})
}
