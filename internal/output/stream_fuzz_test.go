package output_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"supervisord/internal/output"
)

// model says in its simplest form what a Stream makes of text that is there as a whole,
// with at most keep bytes of a capture and lines of at most limit bytes.
func model(t *testing.T, text string, strip bool, keep, limit int) (r result) {
	t.Helper()
	filter := func(s string) string { return s }
	if strip {
		filter = stripped
	}
	for {
		before, after, found := strings.Cut(text, begin)
		r.Tap += filter(before)
		if !found {
			break
		}
		inside, rest, ended := strings.Cut(after, end)
		inside = filter(inside)
		inside = inside[max(0, len(inside)-keep):]
		if !ended {
			r.Tap += begin + inside
			break
		}
		r.Captures = append(r.Captures, inside)
		text = rest
	}
	for line := range strings.Lines(r.Tap) {
		content, ended := strings.CutSuffix(line, "\n")
		for len(content) > limit {
			n := limit - partOfRune(content[:limit])
			r.Log += object(t, content[:n])
			content = content[n:]
		}
		if ended {
			content = strings.TrimSuffix(content, "\r")
		}
		r.Log += object(t, content)
	}
	return r
}

func object(t *testing.T, line string) string {
	t.Helper()
	return `{"time":"%","program":"p","stream":"stdout","line":"` + standardJSON(t, line) + "\"}\n"
}

// partOfRune returns how many bytes at the end of s begin a character that does not end.
func partOfRune(s string) int {
	for n := 1; n < 4; n++ {
		tail := s[len(s)-n:]
		for _, rest := range []string{"\x80", "\x90", "\xa0", "\x80\x80", "\x90\x80", "\xa0\x80", "\x80\x80\x80", "\x90\x80\x80", "\xa0\x80\x80"} {
			if !utf8.ValidString(tail) && utf8.RuneCountInString(tail+rest) == 1 && utf8.ValidString(tail+rest) {
				return n
			}
		}
	}
	return 0
}

// FuzzStreamChunks: captures, escape sequences and lines are the same for every chunking.
func FuzzStreamChunks(f *testing.F) {
	f.Add("pp"+begin+"a\x1b[31mb"+end+"yy\r\n\xff<", []byte{1, 0, 2, 7}, true, uint8(3))
	f.Add(begin+"a"+begin+"b"+end+"c"+end, []byte{23, 1, 24}, false, uint8(200))
	f.Add("éééééééééééééééééééééééé𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞\n\n", []byte{3, 3, 3, 3}, false, uint8(0))
	f.Add("\x1b"+begin+"\x1b[3\x1b"+end+"[0m<!--XSUPERVISOR:BEGIN--", []byte{1, 1, 1, 1, 1, 1}, true, uint8(9))
	f.Fuzz(func(t *testing.T, text string, cuts []byte, strip bool, keep uint8) {
		// Tokens are hard to guess.
		text = strings.NewReplacer("{", begin, "}", end, "[", "\x1b[").Replace(text)
		const limit = 20
		var log, tap sink
		var got result
		var fed strings.Builder
		s := output.NewStreamOfShortLines(output.StreamOptions{
			Sinks: []output.Sink{&log}, StripANSI: strip,
			Taps:    []output.Sink{&tap, output.NewFeed(func(p []byte) { fed.Write(p) })},
			Capture: output.Capture{MaxBytes: int64(keep) + 1, Done: func(data []byte) { got.Captures = append(got.Captures, string(data)) }},
			Format:  output.Format{Kind: output.FormatJSON, Program: "p", Stream: "stdout", Timestamp: layout(t, "%%")},
		}, limit)
		rest := []byte(text)
		for i := 0; len(rest) > 0; i++ {
			n := len(rest)
			if i < len(cuts) {
				n = min(int(cuts[i]), n)
			}
			_, err := s.Write(rest[:n])
			noError(t, err)
			rest = rest[n:]
		}
		noError(t, s.Close())
		got.Log, got.Tap = log.String(), tap.String()
		want(t, fed.String(), got.Tap)
		want(t, got, model(t, text, strip, int(keep)+1, limit))
	})
}
