package output_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/output"
	"supervisord/internal/output/timestamp"
)

func layout(t testing.TB, form string) timestamp.Layout {
	t.Helper()
	l, err := timestamp.Parse(form)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestFormats(t *testing.T) {
	const in = "one\n\ntwo \"quoted\"\x01\xff\r\nthree"
	for _, tt := range []struct {
		format output.Format
		want   string
	}{
		{output.Format{Program: "web"}, in},
		{
			output.Format{Kind: output.FormatText, Program: "web", Stream: "stderr", Timestamp: layout(t, "10%% <%%>")},
			"10% <%> web stderr one\n10% <%> web stderr \n10% <%> web stderr two \"quoted\"\x01\xff\r\n10% <%> web stderr three\n",
		},
		{
			output.Format{Kind: output.FormatJSON, Program: "w\"b", Stream: "stdout", Timestamp: layout(t, "<%%>")},
			`{"time":"<%>","program":"w\"b","stream":"stdout","line":"one"}` + "\n" +
				`{"time":"<%>","program":"w\"b","stream":"stdout","line":""}` + "\n" +
				`{"time":"<%>","program":"w\"b","stream":"stdout","line":"two \"quoted\"\u0001\ufffd"}` + "\n" +
				`{"time":"<%>","program":"w\"b","stream":"stdout","line":"three"}` + "\n",
		},
		{
			output.Format{Kind: output.FormatJSON, Program: "web", Group: "g", Stream: "stdout", Timestamp: layout(t, "%%")},
			`{"time":"%","program":"web","group":"g","stream":"stdout","line":"one"}` + "\n" +
				`{"time":"%","program":"web","group":"g","stream":"stdout","line":""}` + "\n" +
				`{"time":"%","program":"web","group":"g","stream":"stdout","line":"two \"quoted\"\u0001\ufffd"}` + "\n" +
				`{"time":"%","program":"web","group":"g","stream":"stdout","line":"three"}` + "\n",
		},
	} {
		everyCut(in, func(chunks ...string) {
			want(t, through(t, output.StreamOptions{Format: tt.format}, chunks...), result{Log: tt.want, Tap: in})
		})
	}
}

// The time of a line is when its first byte arrived.
func TestTimeOfALine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text, object := &sink{}, &sink{}
		a := output.NewStream(output.StreamOptions{
			Sinks: []output.Sink{text}, Format: output.Format{Kind: output.FormatText, Program: "p", Stream: "stdout", Timestamp: layout(t, "%M:%S.%L")},
		})
		b := output.NewStream(output.StreamOptions{
			Sinks: []output.Sink{object}, Format: output.Format{Kind: output.FormatJSON, Program: "p", Stream: "stdout", Timestamp: layout(t, "unix")},
		})
		for _, chunk := range []string{"a\nb\nc", "c", "c\nd\ne", "", "\nf"} {
			for _, s := range []*output.Stream{a, b} {
				_, err := s.Write([]byte(chunk))
				noError(t, err)
			}
			time.Sleep(1500 * time.Millisecond)
		}
		noError(t, errors.Join(a.Close(), b.Close()))
		want(t, text.String(), "00:00.000 p stdout a\n00:00.000 p stdout b\n00:00.000 p stdout ccc\n"+
			"00:03.000 p stdout d\n00:03.000 p stdout e\n00:06.000 p stdout f\n")
		first, _, _ := strings.Cut(object.String(), "\n")
		want(t, first, `{"time":946684800.000,"program":"p","stream":"stdout","line":"a"}`)
	})
}

// counter counts writes, and finds those that are not whole lines.
type counter struct {
	sink

	writes, torn int
}

func (c *counter) Write(p []byte) (int, error) {
	c.writes++
	if !bytes.HasSuffix(p, []byte("\n")) {
		c.torn++
	}
	return c.sink.Write(p)
}

func TestSinksGetWholeLinesManyAtATime(t *testing.T) {
	c := &counter{}
	s := output.NewStream(output.StreamOptions{Sinks: []output.Sink{c}, Format: output.Format{Kind: output.FormatText}})
	for range 10 {
		_, err := s.Write([]byte(strings.Repeat(strings.Repeat("x", 99)+"\n", 500) + "half of a line"))
		noError(t, err)
	}
	noError(t, s.Close())
	want(t, [2]int{c.writes, c.torn}, [2]int{11, 0})
	want(t, strings.Count(c.String(), "\n"), 5001)
}

// A chunk of empty lines becomes a hundred times as long, but not all at once.
func TestFormattedTextIsWrittenInPieces(t *testing.T) {
	longest, lines := 0, 0
	s := output.NewStream(output.StreamOptions{
		Sinks: []output.Sink{sinkFunc(func(p []byte) {
			longest, lines = max(longest, len(p)), lines+bytes.Count(p, []byte("\n"))
		})},
		Format: output.Format{Kind: output.FormatJSON, Program: "web", Stream: "stdout"},
	})
	_, err := s.Write(bytes.Repeat([]byte("\n"), 1<<20))
	noError(t, err)
	noError(t, s.Close())
	want(t, lines, 1<<20)
	if longest > 300<<10 {
		t.Errorf("a write of %d bytes", longest)
	}
}

// A line that is not ended when the program ends is one of its own.
func TestFlushEndsTheLine(t *testing.T) {
	log := &sink{}
	s := output.NewStream(output.StreamOptions{
		Sinks: []output.Sink{log}, Format: output.Format{Kind: output.FormatText, Program: "p", Stream: "stdout", Timestamp: layout(t, "%%")},
	})
	for _, text := range []string{"a\nlast words", "", " of an heir\n"} {
		_, err := s.Write([]byte(text))
		noError(t, err)
		noError(t, s.Flush())
	}
	noError(t, s.Close())
	want(t, log.String(), "% p stdout a\n% p stdout last words\n% p stdout  of an heir\n")
}

func TestLongLinesBecomeSeveral(t *testing.T) {
	const limit = 64 << 10
	format := output.Format{Kind: output.FormatText, Program: "p", Stream: "stdout", Timestamp: layout(t, "%%")}
	for _, tt := range []struct {
		in   string
		want []string
	}{
		{strings.Repeat("x", limit) + "\n", []string{strings.Repeat("x", limit)}},
		{strings.Repeat("x", limit+1) + "\n\ny", []string{strings.Repeat("x", limit), "x", "", "y"}},
		{strings.Repeat("x", limit-1) + "éa", []string{strings.Repeat("x", limit-1), "éa"}},
		{strings.Repeat("x", 2*limit), []string{strings.Repeat("x", limit), strings.Repeat("x", limit)}},
	} {
		wanted := ""
		for _, line := range tt.want {
			wanted += "% p stdout " + line + "\n"
		}
		for _, n := range []int{1000, limit - 1, limit, limit + 1, 1 << 20} {
			var chunks []string
			for c := range slices.Chunk([]byte(tt.in), n) {
				chunks = append(chunks, string(c))
			}
			got := through(t, output.StreamOptions{Format: format}, chunks...)
			if !cmp.Equal(got, result{Log: wanted, Tap: tt.in}) {
				t.Errorf("%d bytes in chunks of %d: got other lines", len(tt.in), n)
			}
		}
	}
}

func TestJSONIsThatOfTheStandardLibrary(t *testing.T) {
	texts := []string{"", "plain text that is longer than eight bytes", "\u2028\u2029é𝄞\ufffd", "\xed\xa0\x80 \xc3", "<a href='x'>&amp;"}
	digits := strings.Repeat("0123456789", 5)
	for c := range 256 {
		texts = append(texts, "é"+string([]byte{byte(c)}))
		for before := range 40 {
			texts = append(texts, digits[:before]+string([]byte{byte(c)})+digits)
		}
	}
	for _, text := range texts {
		if got, want := string(output.JSON([]byte(text))), standardJSON(t, text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// Chunks of any length make the lines that the text has, whatever is marked at once.
func TestLinesOfLongChunks(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	ends := []string{"\n", "\r\n", "\"", "\\", "\t", "é", "𝄞", "\u2028", "\xff", "\r", "\n\n"}
	var b strings.Builder
	for b.Len() < 600<<10 {
		b.WriteString(strings.Repeat("x", random.IntN(200)) + ends[random.IntN(len(ends))])
		if random.IntN(500) == 0 {
			b.WriteString(strings.Repeat("é", random.IntN(100<<10)))
		}
	}
	text := b.String()
	all := model(t, text, false, 1, 64<<10)
	format := output.Format{Kind: output.FormatJSON, Program: "p", Stream: "stdout", Timestamp: layout(t, "%%")}
	for _, n := range []int{len(text), 128 << 10, 64<<10 + 1, 4096, 1000} {
		var chunks []string
		for c := range slices.Chunk([]byte(text), n) {
			chunks = append(chunks, string(c))
		}
		if got := through(t, output.StreamOptions{Format: format}, chunks...); !cmp.Equal(got, all) {
			t.Errorf("chunks of %d bytes: got other lines", n)
		}
	}
}

// What is behind the longest line is not looked at as a part of it, which would take six
// times the memory of the chunk, and each time anew.
func TestBytesWithoutALineTakeLittleMemory(t *testing.T) {
	format := output.Format{Kind: output.FormatJSON, Program: "p", Stream: "stdout", Timestamp: layout(t, "%%")}
	for _, text := range []string{"\xff", "\u2028", "\x01", "\\"} {
		if got := output.FormattedCap(format, bytes.Repeat([]byte(text), 1<<20)); got > 1<<20 {
			t.Errorf("%q: %d bytes of memory", text, got)
		}
	}
}

func TestSpecialBytesAreMarked(t *testing.T) {
	for c := range 256 {
		for at := range 128 {
			text := bytes.Repeat([]byte{'~'}, 128)
			text[at] = byte(c)
			var marks [2]uint64
			if c < ' ' || c > '~'+1 || c == '"' || c == '\\' {
				marks[at/64] = 1 << (at % 64)
			}
			var vectors, words [2]uint64
			output.MarkBlocks(vectors[:], text)
			output.MarkWords(words[:], text)
			if vectors != marks || words != marks {
				t.Errorf("%#x at %d: %x and %x, want %x", c, at, vectors, words, marks)
			}
		}
	}
}

func FuzzJSON(f *testing.F) {
	f.Add("\x00\xffé\u2028\"\\")
	f.Fuzz(func(t *testing.T, text string) {
		want(t, string(output.JSON([]byte(text))), standardJSON(t, text))
	})
}

func standardJSON(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	noError(t, e.Encode(text))
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
}
