package output

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// turnBytes is how much one pipe may move before the others get their turn.
	turnBytes = 4 << 20
	// maxWorkers bounds the goroutines (each with an OS thread) that stand in a Write
	// which does not return, before other pipes have to wait for them.
	maxWorkers = 64
	// stalled is how long ready pipes wait before there are more workers.
	stalled = 100 * time.Millisecond
)

// Pump moves bytes from the read ends of many pipes to their writers.
//
// All pipes are in one epoll set, so an idle pipe costs no goroutine, no buffer and no
// time. Usually there is one worker: it waits for the set, serves what is ready and
// waits again, which costs no switch between threads; how soon it looks again is for
// pace to say. More come when that is not enough: one per processor while programs
// write without pause, and more still when ready pipes have to wait because a disk
// stands still. The surplus goes when there is nothing left to do.
//
// The set tells of a pipe as long as there is something in it, which costs no system
// call for a pipe that is read before the next look. One that a worker has in hand
// when it is ready again leaves the set until the worker is done with it.
type Pump struct {
	log   *slog.Logger
	epoll int
	wake  int // an eventfd in the epoll set; readable once the pump is closed

	mu         sync.Mutex
	closed     bool
	sources    map[int]*Source // by descriptor
	head, tail *Source         // ready, in the order in which they became so
	queued     uint64          // sources put into the queue so far
	taken      uint64          // sources taken from it so far
	polling    bool            // a worker waits for the epoll set, or is about to
	pace       pace
	timer      *time.Timer // used by the worker that polls
	closing    chan struct{}
	peek       bool // look at the epoll set before taking from the queue
	workers    int
	working    sync.WaitGroup
	watching   bool // a call of watch is due
	grown      int  // pipes that were enlarged

	events [128]unix.EpollEvent // used by the worker that polls
}

// NewPump returns a Pump with no sources. log hears of pipes that cannot be read; it
// may be nil.
func NewPump(log *slog.Logger) (*Pump, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("create epoll set: %w", err)
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("create eventfd: %w", err), unix.Close(epoll))
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(wake)}
	if err := unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, wake, &event); err != nil {
		return nil, errors.Join(fmt.Errorf("wait for eventfd: %w", err), unix.Close(wake), unix.Close(epoll))
	}
	p := &Pump{
		log: log, epoll: epoll, wake: wake, sources: make(map[int]*Source),
		timer: time.NewTimer(0), closing: make(chan struct{}),
	}
	<-p.timer.C
	p.hire()
	return p, nil
}

// SetPrompt makes the pump look for ready pipes at once, always: for pipes on which
// somebody answers and waits for the next question. It is called before Add.
func (p *Pump) SetPrompt() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pace.none = true
}

// Add moves what can be read from the descriptor fd to w, until end of file. It takes
// ownership of fd, and sets it to not block. w is never called concurrently for one
// Source, and must not keep the slice; its errors are its own business.
func (p *Pump) Add(fd int, w io.Writer) (*Source, error) {
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	s := &Source{
		pump: p, w: w, fd: fd, small: prefersSmall(w), done: make(chan struct{}),
		event: unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)},
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errors.Join(os.ErrClosed, unix.Close(fd))
	}
	if err := unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, fd, &s.event); err != nil {
		return nil, errors.Join(fmt.Errorf("wait for pipe: %w", err), unix.Close(fd))
	}
	p.sources[fd] = s
	return s, nil
}

// Close closes all sources, waits until nothing is written any more and ends all
// goroutines of the pump.
func (p *Pump) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	close(p.closing)
	sources := make([]*Source, 0, len(p.sources))
	for _, s := range p.sources {
		sources = append(sources, s)
	}
	p.mu.Unlock()

	_, err := unix.Write(p.wake, binary.NativeEndian.AppendUint64(nil, 1))
	errs := []error{err}
	for _, s := range sources {
		errs = append(errs, s.Close())
	}
	p.working.Wait()
	return errors.Join(append(errs, unix.Close(p.epoll), unix.Close(p.wake))...)
}

// hire starts one more worker. Called with p.mu held, or before anybody knows p.
func (p *Pump) hire() {
	p.workers++
	p.working.Go(p.work)
}

// work serves sources that have something to read.
func (p *Pump) work() {
	buf := getBuffer(&smallBuffers)
	defer smallBuffers.Put(buf)
	var served *Source
	var o outcome
	for {
		s, err := p.next(served, o)
		if err != nil {
			p.log.Error("output of programs is no longer awaited", "err", err)
		}
		if s == nil {
			return
		}
		served, o = s, s.turn(*buf)
	}
}

// next takes back the source that was served last, if there is one, and returns the
// next that is ready; it waits for one if nobody else does. nil ends the worker.
func (p *Pump) next(served *Source, o outcome) (s *Source, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if served != nil {
		p.putBack(served, o)
	}
	for {
		if p.peek && !p.polling && !p.closed {
			p.peek = false
			err = p.poll(0)
		}
		if s = p.take(); s != nil {
			return s, err
		}
		if err != nil || p.polling || p.closed {
			p.workers--
			return nil, err
		}
		err = p.poll(-1)
	}
}

// poll moves what is ready from the epoll set to the queue, and waits for it up to
// timeout milliseconds (-1: for ever). It is called with p.mu held, and gives it back
// meanwhile.
func (p *Pump) poll(timeout int) error {
	rest := p.pace.rest(time.Now())
	p.polling = true
	p.mu.Unlock()
	if rest > 0 && timeout != 0 {
		p.rest(rest)
	}
	n, err := unix.EpollWait(p.epoll, p.events[:], timeout)
	p.mu.Lock()
	p.polling = false
	p.pace.woke(time.Now(), n)
	if err != nil && !errors.Is(err, unix.EINTR) {
		return err
	}
	for _, e := range p.events[:max(n, 0)] {
		// A source closed since is no longer there. If its descriptor has a new owner
		// by now, that one looks once in vain.
		s := p.sources[int(e.Fd)]
		switch {
		case s == nil:
		case s.inHand:
			p.park(s)
		default:
			p.enqueue(s)
		}
	}
	return nil
}

// rest lets time pass, unless the pump is closed. Only the worker that polls may rest.
// It does so in Go's scheduler, which has less to watch over then than with a thread in
// a system call.
func (p *Pump) rest(d time.Duration) {
	p.timer.Reset(d)
	select {
	case <-p.timer.C:
	case <-p.closing:
	}
}

// park takes a source that a worker has in hand from the epoll set, which would go on
// telling of it. Called with p.mu held.
func (p *Pump) park(s *Source) {
	if !s.parked {
		s.parked = true
		// It is in the set, since only here and in finish it is taken out.
		_ = unix.EpollCtl(p.epoll, unix.EPOLL_CTL_DEL, int(s.event.Fd), nil)
	}
}

// putBack makes the pump wait again for a source that was served, or puts it into the
// queue if it has more to read than one turn allows. Called with p.mu held.
func (p *Pump) putBack(s *Source, o outcome) {
	s.inHand = false
	p.pace.found(o.moved)
	if s.parked && !s.gone {
		s.parked = false
		if err := unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, int(s.event.Fd), &s.event); err != nil {
			p.log.Error("output of a program is no longer read", "err", err)
		}
	}
	if !o.more {
		return
	}
	p.peek = true // or those that are idle now would wait for this one
	if p.head != nil && !p.closed && p.workers < runtime.GOMAXPROCS(0) {
		p.hire()
	}
	p.enqueue(s)
}

// enqueue appends s to the queue. Called with p.mu held.
func (p *Pump) enqueue(s *Source) {
	if s.queued || p.closed {
		return
	}
	p.queued++
	s.queued, s.number = true, p.queued
	if p.tail == nil {
		p.head = s
	} else {
		p.tail.next = s
	}
	p.tail = s
	if !p.watching {
		p.watching = true
		mark := mark{queued: p.queued - 1, taken: p.taken}
		time.AfterFunc(stalled, func() { p.watch(mark) })
	}
}

// take removes the first source from the queue; nil if there is none. Called with
// p.mu held.
func (p *Pump) take() *Source {
	s := p.head
	if s == nil {
		return nil
	}
	p.head, s.next, s.queued, s.inHand = s.next, nil, false, true
	if p.head == nil {
		p.tail = nil
	}
	p.taken++
	return s
}

// mark is how far the queue was at some time.
type mark struct{ queued, taken uint64 }

// watch runs now and then while there is work. It doubles the workers if a source has
// waited in the queue since last time, or if nobody has looked for new ones since.
func (p *Pump) watch(last mark) {
	p.mu.Lock()
	defer p.mu.Unlock()
	idle := p.head == nil && p.polling
	if idle || p.closed || p.workers == 0 {
		p.watching = false
		return
	}
	now := mark{p.queued, p.taken}
	waits := p.head != nil && p.head.number <= last.queued
	stuck := !p.polling && p.taken == last.taken
	if waits || stuck {
		more := min(p.workers, maxWorkers-p.workers)
		for range more {
			p.hire()
		}
		now.taken += uint64(more) // what the new ones take at once is no progress
	}
	time.AfterFunc(stalled, func() { p.watch(now) })
}
