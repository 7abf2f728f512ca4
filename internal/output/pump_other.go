//go:build !linux

package output

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"
)

const (
	smallBuffer = 64 << 10
	// drainLimit is how long Drain waits for the end of file.
	drainLimit = 250 * time.Millisecond
)

// Pump moves bytes from the read ends of many pipes to their writers, with one
// goroutine for each.
type Pump struct {
	log     *slog.Logger
	reading sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	sources map[*Source]struct{}
}

// NewPump returns a Pump with no sources. log hears of pipes that cannot be read; it
// may be nil.
func NewPump(log *slog.Logger) (*Pump, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Pump{log: log, sources: make(map[*Source]struct{})}, nil
}

// SetPrompt does nothing: this Pump always reads at once.
func (p *Pump) SetPrompt() {}

// Add moves what can be read from the descriptor fd to w, until end of file. It takes
// ownership of fd. w is never called concurrently for one Source, and must not keep
// the slice; its errors are its own business.
func (p *Pump) Add(fd int, w io.Writer) (*Source, error) {
	file, err := pipeFile(fd)
	if err != nil {
		return nil, err
	}
	s := &Source{pump: p, w: w, file: file, done: make(chan struct{})}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errors.Join(os.ErrClosed, file.Close())
	}
	p.sources[s] = struct{}{}
	p.reading.Go(s.run)
	return s, nil
}

// Close closes all sources, waits until nothing is written any more and ends all
// goroutines of the pump.
func (p *Pump) Close() error {
	p.mu.Lock()
	p.closed = true
	var errs []error
	for s := range p.sources {
		errs = append(errs, s.close())
	}
	p.mu.Unlock()
	p.reading.Wait()
	return errors.Join(errs...)
}

// Source is one pipe that a Pump reads.
type Source struct {
	pump *Pump
	w    io.Writer
	file *os.File
	done chan struct{}
}

// run moves bytes until the end of the file, or Close.
func (s *Source) run() {
	defer close(s.done)
	buf := make([]byte, smallBuffer)
	for {
		n, err := s.file.Read(buf)
		if n > 0 {
			_, _ = s.w.Write(buf[:n]) // a sink accounts for what it loses
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrClosed) {
			s.pump.log.Error("output of a program cannot be read", "err", err)
		}
		break
	}
	s.pump.mu.Lock()
	delete(s.pump.sources, s)
	s.pump.mu.Unlock()
	_ = s.close() // the descriptor of a pipe has nothing left to fail
}

// Done is closed when the source has come to its end, or has been closed: its writer
// is not called any more.
func (s *Source) Done() <-chan struct{} { return s.done }

// Drain returns when all that was in the pipe at the time of the call has been
// written, which here means at the end of the file; if a grandchild keeps the pipe
// open, a quarter of a second has to be enough.
func (s *Source) Drain() {
	limit := time.NewTimer(drainLimit)
	defer limit.Stop()
	select {
	case <-s.done:
	case <-limit.C:
	}
}

// Close stops reading and closes the descriptor. A Write that is going on is awaited.
func (s *Source) Close() error {
	err := s.close()
	<-s.done
	return err
}

func (s *Source) close() error {
	if err := s.file.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
