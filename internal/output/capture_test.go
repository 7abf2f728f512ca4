package output_test

import (
	"strings"
	"testing"

	"supervisord/internal/output"
)

const (
	begin = "<!--XSUPERVISOR:BEGIN-->"
	end   = "<!--XSUPERVISOR:END-->"
)

// result is what a Stream has made of its input.
type result struct {
	Log, Tap string
	Captures []string
}

// through sends chunks through a Stream with o, whose sinks it sets.
func through(t *testing.T, o output.StreamOptions, chunks ...string) result {
	t.Helper()
	log, tap, captures := &sink{}, &sink{}, []string(nil)
	o.Sinks, o.Taps = []output.Sink{log}, []output.Sink{tap}
	o.Capture.Done = func(data []byte) { captures = append(captures, string(data)) }
	s := output.NewStream(o)
	for _, c := range chunks {
		n, err := s.Write([]byte(c))
		noError(t, err)
		want(t, n, len(c))
	}
	noError(t, s.Close())
	return result{log.String(), tap.String(), captures}
}

// everyCut calls do with text in one piece, byte by byte, and with every cut in two.
func everyCut(text string, do func(chunks ...string)) {
	do(text)
	do(strings.Split(text, "")...)
	for i := range len(text) {
		do(text[:i], text[i:])
	}
}

func TestCapture(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		log      string
		captures []string
	}{
		// Where Python's supervisord does the same with the same output.
		{"one", "pp\n" + begin + "data" + end + "yy\n", "pp\nyy\n", []string{"data"}},
		{"empty", "pp" + begin + end + "yy", "ppyy", []string{""}},
		{"two", "pp" + begin + "one" + end + "mid" + begin + "two" + end + "yy", "ppmidyy", []string{"one", "two"}},
		{"END before BEGIN", "pp" + end + "pp" + begin + "data" + end + "yy", "pp" + end + "ppyy", []string{"data"}},
		{"BEGIN within a capture", begin + "a" + begin + "b" + end + "c" + end + "d", "c" + end + "d", []string{"a" + begin + "b"}},
		{"binary", "\xff" + begin + "\xff\xfe\x00" + end + "\xfe", "\xff\xfe", []string{"\xff\xfe\x00"}},
		{"token with an escape sequence in it", "<!--XSUPERV\x1b[31mISOR:BEGIN-->a" + end, "<!--XSUPERV\x1b[31mISOR:BEGIN-->a" + end, nil},
		// Where Python's loses the end of its log (B5).
		{"no token", "short\n", "short\n", nil},
		{"part of a token at the end", "a <!--XSUP", "a <!--XSUP", nil},
		{"all but a byte of a token", begin[:23], begin[:23], nil},
		{"token that breaks off", "<!--XSUPERVISOR:BEGI<!--XSU" + begin + "a" + end[:21] + end, "<!--XSUPERVISOR:BEGI<!--XSU", []string{"a" + end[:21]}},
		{"many <", "<<<" + begin + "<<" + end + "<", "<<<<", []string{"<<"}},
		// Where Python's loses it.
		{"without an end", "pp" + begin + "last words <!--XSUPERVISOR:EN", "pp" + begin + "last words <!--XSUPERVISOR:EN", nil},
	} {
		everyCut(tt.in, func(chunks ...string) {
			got := through(t, output.StreamOptions{Capture: output.Capture{MaxBytes: 100}}, chunks...)
			if t.Failed() {
				return
			}
			want(t, got, result{tt.log, tt.log, tt.captures})
			if t.Failed() {
				t.Errorf("%s, in chunks %q", tt.name, chunks)
			}
		})
	}
}

// Python's cuts the oldest bytes too, but by the length of what it has just read.
func TestCaptureKeepsTheLastBytes(t *testing.T) {
	for _, tt := range []struct {
		max  int64
		want string
	}{{1, "9"}, {3, "789"}, {9, "123456789"}, {10, "0123456789"}, {11, "0123456789"}} {
		everyCut(begin+"0123456789"+end, func(chunks ...string) {
			got := through(t, output.StreamOptions{Capture: output.Capture{MaxBytes: tt.max}}, chunks...)
			want(t, got, result{Captures: []string{tt.want}})
		})
	}
	// One that does not end is in the log as far as it was kept.
	got := through(t, output.StreamOptions{Capture: output.Capture{MaxBytes: 3}}, begin+"0123456789")
	want(t, got, result{Log: begin + "789", Tap: begin + "789"})
}

// An endless capture takes no more memory than it may, and the next one starts empty.
func TestEndlessCapture(t *testing.T) {
	chunks := []string{begin}
	for range 1000 {
		chunks = append(chunks, strings.Repeat("x", 1000))
	}
	chunks = append(chunks, end, begin+"next"+end)
	got := through(t, output.StreamOptions{Capture: output.Capture{MaxBytes: 100_000}}, chunks...)
	want(t, got, result{Captures: []string{strings.Repeat("x", 100_000), "next"}})
}

// Escape sequences are removed from captures too, and end at a token.
func TestCaptureAndStripANSI(t *testing.T) {
	for in, wanted := range map[string]result{
		"p" + begin + "a\x1b[31mred\x1b[0mb" + end + "\x1b[1mbold\x1b[0m": {"pbold", "pbold", []string{"aredb"}},
		"x\x1b[" + begin + "data" + end + "m after":                       {"xm after", "xm after", []string{"data"}},
		"x\x1b" + begin + "[31m\x1b" + end + "[32m":                       {"x\x1b[32m", "x\x1b[32m", []string{"[31m\x1b"}},
		"x" + begin + "a\x1b[31" + end + "my":                             {"xmy", "xmy", []string{"a"}},
		"x" + begin + "a\x1b[31mb\x1b":                                    {"x" + begin + "ab\x1b", "x" + begin + "ab\x1b", nil},
	} {
		everyCut(in, func(chunks ...string) {
			o := output.StreamOptions{StripANSI: true, Capture: output.Capture{MaxBytes: 100}}
			want(t, through(t, o, chunks...), wanted)
		})
	}
}

// A prompt is seen at once, but for what may begin a token.
func TestCaptureHoldsBackNoMoreThanItMust(t *testing.T) {
	log, done := &sink{}, 0
	s := output.NewStream(output.StreamOptions{
		Sinks:   []output.Sink{log},
		Capture: output.Capture{MaxBytes: 10, Done: func([]byte) { done++ }},
	})
	for _, step := range []struct{ in, want string }{
		{"name: ", "name: "},
		{"a <", "name: a "},
		{"!", "name: a "},
		{"-x", "name: a <!-x"},
		{"<" + begin + "hidden", "name: a <!-x<"},
		{end + "y", "name: a <!-x<y"},
	} {
		_, err := s.Write([]byte(step.in))
		noError(t, err)
		want(t, log.String(), step.want)
	}
	want(t, done, 1)
	noError(t, s.Close())
}

// At the death of a program all it has written is there, though others hold the pipe.
func TestFlushGivesOutWhatIsHeldBack(t *testing.T) {
	for in, wanted := range map[string]string{
		"prompt <":       "prompt <",
		"\x1b":           "\x1b",
		begin + "a<\x1b": begin + "a<\x1b",
	} {
		log := &sink{}
		s := output.NewStream(output.StreamOptions{
			Sinks: []output.Sink{log}, StripANSI: true, Capture: output.Capture{MaxBytes: 10},
		})
		_, err := s.Write([]byte(in))
		noError(t, err)
		noError(t, s.Flush())
		want(t, log.String(), wanted)
		_, err = s.Write([]byte("[31m heir" + begin + end))
		noError(t, err)
		want(t, log.String(), wanted+"[31m heir")
		noError(t, s.Close())
		noError(t, s.Flush())
		want(t, log.String(), wanted+"[31m heir")
	}
}
