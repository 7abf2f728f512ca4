package output_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"supervisord/internal/output"
)

// ticked is a Format with a short prefix that does not change.
func ticked(t *testing.T) output.Format {
	t.Helper()
	return output.Format{Kind: output.FormatText, Program: "p", Stream: "stdout", Timestamp: layout(t, "%%")}
}

// numberedLines is a long chunk: lines of a hundred bytes, beginning with from.
func numberedLines(from, lines int) string {
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, "%09d %s\n", from+i, strings.Repeat("x", 89))
	}
	return b.String()
}

// inText is what becomes of text in the Format ticked.
func inText(text string) string {
	return "% p stdout " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n% p stdout ") + "\n"
}

// slow is a sink that writes only when it is allowed to.
type slow struct {
	collector

	open   chan struct{} // closed, once it is
	closed bool
}

func newSlow(t *testing.T) *slow {
	t.Helper()
	return &slow{collector: collector{t: t}, open: make(chan struct{})}
}

func (s *slow) Write(p []byte) (int, error) {
	<-s.open
	return s.collector.Write(p)
}

func (s *slow) Close() error {
	s.closed = true
	return nil
}

// What comes after a long chunk waits until that is written: in vain as long as the sink
// stands still.
func TestNothingOvertakesALongChunk(t *testing.T) {
	long := numberedLines(0, 3000)
	for _, tt := range []struct {
		name string
		then func(s *output.Stream) error
		want string
	}{
		{"write", func(s *output.Stream) error { _, err := s.Write([]byte(" words\n")); return err }, inText(long + "last words\n")},
		{"flush", (*output.Stream).Flush, inText(long + "last\n")},
		{"close", (*output.Stream).Close, inText(long + "last\n")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := newSlow(t)
				s := output.NewStream(output.StreamOptions{Sinks: []output.Sink{log}, Format: ticked(t)})
				_, err := s.Write([]byte(long + "last"))
				noError(t, err)
				returned := false
				go func() {
					if err := tt.then(s); err != nil {
						t.Error(err)
					}
					returned = true
				}()
				synctest.Wait()
				want(t, []any{returned, log.closed, log.String()}, []any{false, false, ""})
				close(log.open)
				synctest.Wait()
				want(t, []any{returned, log.closed, log.String() == tt.want}, []any{true, tt.name == "close", true})
				noError(t, s.Close())
			})
		})
	}
}

// A program does not fill the memory with what a disk that stands still does not take.
func TestLongChunksWaitForTheirSink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newSlow(t)
		s := output.NewStream(output.StreamOptions{Sinks: []output.Sink{log}, Format: ticked(t)})
		long, written := []byte(numberedLines(0, 3000)), 0
		go func() {
			for range 20 {
				if _, err := s.Write(long); err != nil {
					t.Error(err)
				}
				written += len(long)
			}
		}()
		synctest.Wait()
		if written > 1<<20 {
			t.Errorf("%d bytes are kept", written)
		}
		close(log.open)
		synctest.Wait()
		noError(t, s.Close())
		want(t, log.String() == inText(strings.Repeat(string(long), 20)), true)
	})
}

// Without anything that waits for it, the rest of a long chunk is written all the same.
func TestALongChunkIsWrittenByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newSlow(t)
		s := output.NewStream(output.StreamOptions{Sinks: []output.Sink{log}, Format: ticked(t)})
		close(log.open)
		for i := range 10 {
			_, err := s.Write([]byte(numberedLines(3000*i, 3000)))
			noError(t, err)
			synctest.Wait()
			want(t, log.String() == inText(numberedLines(0, 3000*(i+1))), true)
		}
		noError(t, s.Close())
	})
}

func TestErrorsOfALongChunkAreTold(t *testing.T) {
	broken, whole := &sink{err: errors.New("broken")}, &sink{}
	s := output.NewStream(output.StreamOptions{Sinks: []output.Sink{broken, whole}, Format: ticked(t)})
	long := numberedLines(0, 3000)
	_, err := s.Write([]byte(long))
	noError(t, err)
	want(t, errors.Is(s.Flush(), broken.err), true)
	noError(t, s.Flush())
	want(t, whole.String() == inText(long), true)
	want(t, errors.Is(s.Close(), broken.err), true)
}

// Rotation, logrotate, readers and followers take no notice of what is written a little
// later.
func TestLongChunksIntoALogThatIsDisturbed(t *testing.T) {
	const chunks, lines, backups = 30, 2000, 100
	path := filepath.Join(t.TempDir(), "log")
	var files output.Files
	r := follow(&files, path, 0)
	defer r.stop()
	f, err := files.Open(path, output.FileOptions{MaxBytes: 400_000, Backups: backups})
	noError(t, err)
	s := output.NewStream(output.StreamOptions{Sinks: []output.Sink{f}, Format: ticked(t)})
	done := make(chan struct{})
	var disturbing sync.WaitGroup
	for _, do := range []func() error{
		files.ReopenAll,
		func() error { _, _, _, err := files.Tail(path, 0, 100); return err },
	} {
		disturbing.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					if err := do(); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	for i := range chunks {
		_, err := s.Write([]byte(numberedLines(i*lines, lines)))
		noError(t, err)
		if i%5 == 0 {
			_, err := s.Write([]byte(numberedLines(0, 1)[:9] + "\n")) // a short one
			noError(t, err)
		}
	}
	_, err = s.Write([]byte("end\n"))
	noError(t, err)
	close(done)
	disturbing.Wait()
	r.await("end\n")
	noError(t, s.Close())

	var wanted strings.Builder
	for i := range chunks {
		wanted.WriteString(numberedLines(i*lines, lines))
		if i%5 == 0 {
			wanted.WriteString(numberedLines(0, 1)[:9] + "\n")
		}
	}
	wanted.WriteString("end\n")
	var got strings.Builder
	for n := backups; n >= 0; n-- {
		name := path
		if n > 0 {
			name = fmt.Sprintf("%s.%d", path, n)
		}
		data, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		noError(t, err)
		got.Write(data)
	}
	if got.String() != inText(wanted.String()) {
		t.Errorf("got %d bytes in the log, want %d", got.Len(), len(inText(wanted.String())))
	}
}
