package output_test

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"

	"supervisord/internal/output"
)

// sink remembers what happened to it, or fails.
type sink struct {
	bytes.Buffer
	err   error
	calls []string
}

func (s *sink) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	return s.Buffer.Write(p)
}
func (s *sink) Close() error { s.calls = append(s.calls, "close"); return s.err }

// sinkFunc is called with what is written.
type sinkFunc func(p []byte)

func (f sinkFunc) Write(p []byte) (int, error) { f(p); return len(p), nil }
func (sinkFunc) Close() error                  { return nil }

func TestStreamWritesToAllSinks(t *testing.T) {
	broken, whole := &sink{err: errors.New("broken")}, &sink{}
	s := output.NewStream(output.StreamOptions{Sinks: []output.Sink{broken, whole}})
	n, err := s.Write([]byte("hello"))
	want(t, n, 5)
	want(t, errors.Is(err, broken.err), true)
	want(t, errors.Is(s.Close(), broken.err), true)
	noError(t, s.Close())
	want(t, whole.String(), "hello")
	want(t, whole.calls, []string{"close"})
	want(t, broken.calls, whole.calls)
}

func TestStreamWritesToTapsAfterSinksAndRaw(t *testing.T) {
	var order []string
	note := func(name string) output.Sink {
		return sinkFunc(func(p []byte) { order = append(order, name+" "+string(p)) })
	}
	broken, deaf := &sink{err: errors.New("broken")}, &sink{err: errors.New("deaf")}
	for kind, wanted := range []string{"sink hello\n", "sink % p stdout hello\n"} {
		order = nil
		s := output.NewStream(output.StreamOptions{
			Sinks: []output.Sink{broken, note("sink")}, Taps: []output.Sink{deaf, note("tap")},
			StripANSI: true, Format: output.Format{Kind: output.FormatKind(kind), Program: "p", Stream: "stdout", Timestamp: layout(t, "%%")},
		})
		write := func() error { _, err := s.Write([]byte("\x1b[1mhello\n")); return err }
		for _, do := range []func() error{write, s.Close} {
			err := do()
			want(t, [2]bool{errors.Is(err, broken.err), errors.Is(err, deaf.err)}, [2]bool{true, true})
		}
		want(t, order, []string{wanted, "tap hello\n"})
	}
	want(t, broken.calls, []string{"close", "close"})
	want(t, deaf.calls, broken.calls)
}

// holder is a sink that holds something back, and prefers small chunks.
type holder struct{ sink }

func (h *holder) Flush() error    { h.calls = append(h.calls, "flush"); return h.err }
func (*holder) SmallChunks() bool { return true }

func TestStreamFlushesSinksAndTapsThatCanBeFlushed(t *testing.T) {
	a, b := &holder{}, &holder{sink{err: errors.New("broken")}}
	s := output.NewStream(output.StreamOptions{Sinks: []output.Sink{a, &sink{}}, Taps: []output.Sink{&sink{}, b}})
	want(t, errors.Is(s.Flush(), b.err), true)
	want(t, errors.Is(s.Close(), b.err), true)
	noError(t, s.Flush())
	want(t, a.calls, []string{"flush", "flush", "close"})
	want(t, b.calls, a.calls)
}

func TestStreamPrefersWhatOneOfItsSinksOrTapsPrefers(t *testing.T) {
	big, small := output.Sink(&sink{}), output.Sink(&holder{})
	want(t, output.NewStream(output.StreamOptions{Sinks: []output.Sink{big}, Taps: []output.Sink{big}}).SmallChunks(), false)
	want(t, output.NewStream(output.StreamOptions{Sinks: []output.Sink{big, small}}).SmallChunks(), true)
	want(t, output.NewStream(output.StreamOptions{Taps: []output.Sink{big, small}}).SmallChunks(), true)
}

func TestStreamWithoutSinksDiscards(t *testing.T) {
	s := output.NewStream(output.StreamOptions{StripANSI: true})
	n, err := s.Write([]byte("x"))
	want(t, n, 1)
	noError(t, errors.Join(err, s.Close()))
}

// ansiCases say what is left of a text.
var ansiCases = []struct{ in, want string }{
	// As Python's supervisord does it, when it reads the text in one piece.
	{"plain\n", "plain\n"},
	{"a\x1b[31mred\x1b[0mb\n", "aredb\n"},
	{"x\x1b\x1b[31mred\n", "x\x1bred\n"},
	{"x\x1b[31\x1b[0mred m\n", "xred m\n"},
	{"x\x1b\n", "x\x1b\n"},
	{"x\x1b[\x1b[1mm\n", "xm\n"},
	{"\x1b[31mA", "A"},
	{"q\x1b[2Jr\x1b[Ks\x1b[Hhi\x1b[?25lz\x1b]0;title\aend\n", "qrshiz\x1b]0;title\aend\n"},
	{"only\x1b[31", "only"},
	{"\x1b[31m", ""},
	{"end\x1b", "end\x1b"},
	{"all\x1b[1H\x1b[1f\x1b[1A\x1b[1B\x1b[1C\x1b[1D\x1b[1R\x1b[1s\x1b[1u\x1b[1J\x1b[1K\x1b[1h\x1b[1l\x1b[1p\x1b[1m of its letters", "all of its letters"},
	// Python takes the text up to the next of its letters away.
	{"a\x1b[5Ghello world\n", "ahello world\n"},
	{"x\x1b[6n\n2026-11-22 10:05 42%\n", "x\n2026-11-22 10:05 42%\n"},
	{"x\x1b[200~pasted\x1b[3@\x1b[2 q.\n", "xpasted.\n"},
	{"x\x1b[12\nnext\n", "x\nnext\n"},
	{"x\x1b[12\x00\x1b[1\x7f\x1b[1\xc3\xa9\n", "x\x00\x7fé\n"},
	{"x\x1b[999 no letters\n", "xo letters\n"},
	{"x\x1b[[A", "xA"},
	{"x\x1b[" + strings.Repeat("1", 256) + "my", "xy"},
	{"x\x1b[" + strings.Repeat("1;", 128) + "23my", "x23my"},
}

func TestStreamStripsANSI(t *testing.T) {
	for _, tt := range ansiCases {
		// At once, byte by byte, and with every cut in two.
		for cut := -1; cut <= len(tt.in); cut++ {
			kept := &sink{}
			s := output.NewStream(output.StreamOptions{Sinks: []output.Sink{kept}, StripANSI: true})
			if cut < 0 {
				for _, c := range []byte(tt.in) {
					_, err := s.Write([]byte{c})
					noError(t, err)
				}
			} else {
				_, err := s.Write([]byte(tt.in[:cut]))
				noError(t, err)
				_, err = s.Write([]byte(tt.in[cut:]))
				noError(t, err)
			}
			noError(t, s.Close())
			if got := kept.String(); got != tt.want {
				t.Errorf("%q cut at %d: got %q, want %q", tt.in, cut, got, tt.want)
			}
		}
	}
}

// stripped is the rule in its simplest form, for text that is there as a whole.
func stripped(text string) string { return sequence.ReplaceAllString(text, "") }

var sequence = regexp.MustCompile(`\x1b\[[ -?]{0,256}[@-~]?`)

// A program that writes something like the beginning of a sequence loses no more than
// that, whatever comes after it.
func TestNoSequenceTakesTheOutputAway(t *testing.T) {
	const lines = "2026-11-22 10:05 42%\n"
	kept := &sink{}
	s := output.NewStream(output.StreamOptions{Sinks: []output.Sink{kept}, StripANSI: true})
	_, err := s.Write([]byte("start\n\x1b[6n"))
	noError(t, err)
	for range 1000 {
		_, err := s.Write([]byte(lines))
		noError(t, err)
	}
	_, err = s.Write([]byte("\x1b["))
	noError(t, err)
	for range 1000 {
		_, err := s.Write([]byte("0"))
		noError(t, err)
	}
	noError(t, s.Close())
	want(t, kept.String(), "start\n"+strings.Repeat(lines, 1000)+strings.Repeat("0", 1000-256))
}

func FuzzStripChunks(f *testing.F) {
	for _, tt := range ansiCases {
		f.Add([]byte(tt.in), []byte{1, 0, 2, 7})
	}
	f.Fuzz(func(t *testing.T, text, cuts []byte) {
		var chunks [][]byte
		rest := text
		for _, c := range cuts {
			n := min(int(c), len(rest))
			chunks, rest = append(chunks, rest[:n]), rest[n:]
		}
		chunks = append(chunks, rest)
		want(t, string(output.Strip(chunks...)), stripped(string(text)))
	})
}
