package output_test

import (
	"bytes"
	"errors"
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

// What Python's supervisord leaves of the same output, when it reads it in one piece.
var ansiCases = []struct{ in, want string }{
	{"plain\n", "plain\n"},
	{"a\x1b[31mred\x1b[0mb\n", "aredb\n"},
	{"a\x1b[5Ghello world\n", "aello world\n"},
	{"x\x1b[12;;zzyy\nnext GGG\nlater h tail\n", "xater h tail\n"},
	{"x\x1b[999 no terminators 111\n222 GGG\n", "xinators 111\n222 GGG\n"},
	{"x\x1b\x1b[31mred\n", "x\x1bred\n"},
	{"x\x1b[31\x1b[0mred m\n", "xred m\n"},
	{"x\x1b\n", "x\x1b\n"},
	{"x\x1b[\x1b[1mm\n", "xm\n"},
	{"\x1b[31mA", "A"},
	{"q\x1b[2Jr\x1b[Ks\x1b[Hhi\x1b[?25lz\x1b]0;title\aend\n", "qrshiz\x1b]0;title\aend\n"},
	{"only\x1b[31", "only"},
	{"\x1b[31m", ""},
	{"end\x1b", "end\x1b"},
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
func stripped(text string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "\x1b[")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		i := strings.IndexAny(after, "HfABCDRsuJKhlpm")
		if i < 0 {
			return out.String()
		}
		text = after[i+1:]
	}
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
