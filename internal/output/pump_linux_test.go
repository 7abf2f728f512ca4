package output_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"supervisord/internal/output"
)

// pipe returns a read end that Go's runtime does not know, and a write end.
func pipe(t testing.TB) (int, *os.File) {
	t.Helper()
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	return fds[0], os.NewFile(uintptr(fds[1]), "write end")
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	noError(t, err)
	return len(entries)
}

func TestIdlePipesCostNoGoroutines(t *testing.T) {
	const n = 2000
	var limit unix.Rlimit
	noError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	if limit.Cur < 2*n+100 {
		t.Skipf("only %d descriptors are allowed", limit.Cur)
	}
	before := descriptors(t)
	p, err := output.NewPump(nil)
	noError(t, err)
	goroutines := runtime.NumGoroutine()
	c := &collector{t: t}
	ends, sources := make([]*os.File, n), make([]*output.Source, n)
	for i := range n {
		ends[i], sources[i] = pumped(t, p, c)
	}
	if more := runtime.NumGoroutine() - goroutines; more > 10 {
		t.Errorf("%d goroutines for %d idle pipes", more, n)
	}

	// One that was idle is still heard.
	_, err = ends[n/2].WriteString("awake")
	noError(t, err)
	sources[n/2].Drain()
	want(t, c.String(), "awake")

	for _, w := range ends[:n/2] {
		noError(t, w.Close())
	}
	for _, s := range sources[:n/2] {
		<-s.Done()
	}
	noError(t, p.Close())
	for _, w := range ends[n/2:] {
		noError(t, w.Close())
	}
	want(t, descriptors(t), before)
}

// insatiable is a writer whose pipe must not be enlarged.
type insatiable struct{ writerFunc }

func (insatiable) SmallChunks() bool { return true }

// endless adds a pipe that is always full: what is read from it is written to it
// again. The pump is already busy with it.
func endless(t *testing.T, p *output.Pump) (*collector, *output.Source) {
	t.Helper()
	c := &collector{t: t}
	r, w := pipe(t)
	_, err := w.WriteString("the last words\n" + strings.Repeat("x", 64<<10-15))
	noError(t, err)
	writes, busy := 0, make(chan struct{})
	s, err := p.Add(r, insatiable{func(b []byte) (int, error) {
		if writes++; writes == 1 {
			_, _ = c.Write(b) // a buffer does not fail
		}
		if writes == 200 { // several turns
			close(busy)
		}
		return w.Write(b)
	}})
	noError(t, err)
	<-busy
	t.Cleanup(func() { noError(t, errors.Join(s.Close(), w.Close())) })
	return c, s
}

func TestDrainReturnsWhileAGrandchildWritesOn(t *testing.T) {
	c, s := endless(t, newPump(t))
	for range 20 {
		s.Drain()
		want(t, strings.HasPrefix(c.String(), "the last words\n"), true)
	}
}

func TestAPipeThatIsAlwaysFullDoesNotStopOthers(t *testing.T) {
	p := newPump(t)
	_, s := endless(t, p)
	free := make(signal)
	w, _ := pumped(t, p, free)
	for _, text := range []string{"still", "alive"} {
		_, err := w.WriteString(text)
		noError(t, err)
		want(t, <-free, text)
	}
	select {
	case <-s.Done():
		t.Error("the endless pipe has come to an end")
	default:
	}
}

func TestDrainFromManyGoroutinesAtOnce(t *testing.T) {
	p := newPump(t)
	const n, rounds = 50, 50
	var wg sync.WaitGroup
	for range n {
		c := &collector{t: t}
		w, s := pumped(t, p, c)
		wg.Go(func() {
			for i := range rounds {
				if _, err := w.WriteString("x"); err != nil {
					t.Error(err)
				}
				s.Drain()
				if got := len(c.String()); got != i+1 {
					t.Errorf("%d bytes after Drain, want %d", got, i+1)
				}
			}
		})
		wg.Go(func() {
			for range rounds {
				s.Drain()
			}
		})
	}
	wg.Wait()
}

// gate holds up every write until it is opened.
type gate struct {
	entered chan struct{}
	open    chan struct{}
}

func (g gate) Write(p []byte) (int, error) {
	g.entered <- struct{}{}
	<-g.open
	return len(p), nil
}

// signal is a writer that passes on what it gets.
type signal chan string

func (s signal) Write(p []byte) (int, error) {
	s <- string(p)
	return len(p), nil
}

func TestStuckSinksDoNotStopOtherPrograms(t *testing.T) {
	p := newPump(t)
	const stuck = 20
	g := gate{make(chan struct{}, stuck), make(chan struct{})}
	var drains sync.WaitGroup
	for range stuck {
		w, s := pumped(t, p, g)
		_, err := w.WriteString("x")
		noError(t, err)
		drains.Go(s.Drain)
	}
	for range stuck {
		<-g.entered
	}
	free := make(signal)
	w, _ := pumped(t, p, free)
	for _, text := range []string{"still", "alive"} {
		_, err := w.WriteString(text)
		noError(t, err)
		want(t, <-free, text)
	}
	close(g.open)
	drains.Wait()
}

// Without Drain there is nobody but the workers to be stuck.
func TestStuckSinksDoNotUseUpAllWorkers(t *testing.T) {
	p := newPump(t)
	const stuck = 10
	g := gate{make(chan struct{}, stuck), make(chan struct{})}
	for range stuck {
		w, _ := pumped(t, p, g)
		_, err := w.WriteString("x")
		noError(t, err)
	}
	for range stuck {
		<-g.entered
	}
	free := make(signal)
	w, _ := pumped(t, p, free)
	_, err := w.WriteString("alive")
	noError(t, err)
	want(t, <-free, "alive")
	close(g.open)
}

// The epoll set would tell of it again and again.
func TestAPipeInHandIsNotAwaited(t *testing.T) {
	p := newPump(t)
	c := &collector{t: t}
	g := gate{make(chan struct{}, 10), make(chan struct{})}
	stuck, s := pumped(t, p, writerFunc(func(b []byte) (int, error) {
		_, _ = g.Write(b) // does not fail, as c
		return c.Write(b)
	}))
	_, err := stuck.WriteString("one ")
	noError(t, err)
	<-g.entered
	want(t, s.Parked(), false)
	_, err = stuck.WriteString("two ")
	noError(t, err)
	free := make(signal)
	w, _ := pumped(t, p, free)
	_, err = w.WriteString("alive")
	noError(t, err)
	want(t, <-free, "alive")
	want(t, s.Parked(), true)

	close(g.open)
	<-g.entered
	_, err = stuck.WriteString("three")
	noError(t, errors.Join(err, stuck.Close()))
	<-s.Done()
	want(t, c.String(), "one two three")
}

func TestPipeThatIsAlwaysFullIsEnlarged(t *testing.T) {
	p := newPump(t)
	longest := make(chan int, 1)
	longest <- 0
	w, s := pumped(t, p, writerFunc(func(b []byte) (int, error) {
		longest <- max(<-longest, len(b))
		return len(b), nil
	}))
	for n := 0; n <= 64<<10; {
		_, err := w.Write(make([]byte, 1<<20))
		noError(t, err)
		n = <-longest
		longest <- n
	}
	noError(t, w.Close())
	<-s.Done()
}

// measured is a Stream that remembers its longest chunk.
type measured struct {
	*output.Stream
	longest int
}

func (m *measured) Write(p []byte) (int, error) {
	m.longest = max(m.longest, len(p))
	return m.Stream.Write(p)
}

func TestPipeOfASmallLogIsNotEnlarged(t *testing.T) {
	p := newPump(t)
	f := openFile(t, filepath.Join(t.TempDir(), "log"), output.FileOptions{MaxBytes: 1 << 20, Backups: 1})
	m := &measured{Stream: output.NewStream(output.StreamOptions{Sinks: []output.Sink{f}})}
	w, s := pumped(t, p, m)
	for range 16 {
		_, err := w.Write(make([]byte, 1<<20))
		noError(t, err)
	}
	noError(t, w.Close())
	<-s.Done()
	want(t, m.longest, 64<<10)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
