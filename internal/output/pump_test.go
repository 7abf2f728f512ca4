package output_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"supervisord/internal/output"
	"supervisord/internal/testenv"
)

// TestMain makes the test binary a program that writes, if it is called as one.
func TestMain(m *testing.M) {
	if n, err := strconv.Atoi(os.Getenv("OUTPUT_TEST_LINES")); err == nil {
		out := bufio.NewWriterSize(os.Stdout, 10_000)
		for i := range n {
			fmt.Fprintf(out, "line %d\n", i)
		}
		if out.Flush() != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// collector remembers all bytes, and complains if two write to it at once.
type collector struct {
	testenv.Journal

	t    *testing.T
	busy atomic.Bool
}

func (c *collector) Write(p []byte) (int, error) {
	if !c.busy.CompareAndSwap(false, true) {
		c.t.Error("two writes at the same time")
	}
	defer c.busy.Store(false)
	return c.Journal.Write(p)
}

func newPump(t testing.TB) *output.Pump {
	t.Helper()
	p, err := output.NewPump(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// pumped returns the write end of a pipe whose other end goes to w.
func pumped(t testing.TB, p *output.Pump, w io.Writer) (*os.File, *output.Source) {
	t.Helper()
	r, end := pipe(t)
	s, err := p.Add(r, w)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = end.Close() }) // most tests have closed it
	return end, s
}

func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d\n", i)
	}
	return b.String()
}

func TestPumpLosesNoLastWords(t *testing.T) {
	p := newPump(t)
	c := &collector{t: t}
	w, s := pumped(t, p, c)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "OUTPUT_TEST_LINES=100000") // more than 1 MiB
	cmd.Stdout = w
	noError(t, cmd.Start())
	noError(t, w.Close())
	noError(t, cmd.Wait())
	s.Drain()
	want(t, c.String() == lines(100_000), true)
	<-s.Done()
	s.Drain() // after the end it has nothing to do
	noError(t, s.Close())
}

func TestPumpReadsOnForAGrandchild(t *testing.T) {
	p := newPump(t)
	c := &collector{t: t}
	w, s := pumped(t, p, c)
	heir, told, err := os.Pipe()
	noError(t, err)
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", `(read x; echo "late $x") <&3 & echo early`)
	cmd.Stdout, cmd.ExtraFiles = w, []*os.File{heir}
	noError(t, cmd.Start())
	noError(t, errors.Join(w.Close(), heir.Close()))
	noError(t, cmd.Wait())
	s.Drain()
	want(t, c.String(), "early\n")
	select {
	case <-s.Done():
		t.Error("closed although a grandchild holds the pipe")
	default:
	}
	_, err = told.WriteString("words\n")
	noError(t, errors.Join(err, told.Close()))
	<-s.Done()
	want(t, c.String(), "early\nlate words\n")
}

func TestPumpFeedsStreamsAndFiles(t *testing.T) {
	p := newPump(t)
	dir := t.TempDir()
	text := lines(20_000)
	var files output.Files
	var ends sync.WaitGroup
	for i := range 20 {
		f, err := files.Open(filepath.Join(dir, strconv.Itoa(i)), output.FileOptions{})
		noError(t, err)
		stream := output.NewStream(output.StreamOptions{Sinks: []output.Sink{f}})
		w, s := pumped(t, p, stream)
		ends.Go(func() {
			_, err := io.WriteString(w, text)
			err = errors.Join(err, w.Close())
			<-s.Done()
			if err = errors.Join(err, stream.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	ends.Wait()
	for i := range 20 {
		want(t, content(t, filepath.Join(dir, strconv.Itoa(i))) == text, true)
	}
}

func TestSourceCloseEndsReading(t *testing.T) {
	p := newPump(t)
	w, s := pumped(t, p, &collector{t: t})
	noError(t, s.Close())
	<-s.Done()
	noError(t, s.Close())
	_, err := w.WriteString("nobody reads")
	want(t, err != nil, true)
}

func TestPumpAfterClose(t *testing.T) {
	p, err := output.NewPump(nil)
	noError(t, err)
	_, s := pumped(t, p, io.Discard)
	noError(t, p.Close())
	<-s.Done()
	s.Drain()
	noError(t, p.Close())
	r, _ := pipe(t)
	_, err = p.Add(r, io.Discard)
	want(t, errors.Is(err, os.ErrClosed), true)
}
