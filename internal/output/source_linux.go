package output

import (
	"errors"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	smallBuffer = 64 << 10 // the size of a pipe
	bigBuffer   = 1 << 20  // the size of an enlarged pipe
	// growAfter is how often in a row a pipe has to be found full to be enlarged.
	growAfter = 16
	// maxGrown bounds the enlarged pipes: the kernel gives an unprivileged user 64 MiB
	// of pipes, and beyond that makes new ones tiny (pipe-user-pages-soft in pipe(7)).
	maxGrown = 16
)

var (
	smallBuffers = sync.Pool{New: func() any { return newBuffer(smallBuffer) }}
	bigBuffers   = sync.Pool{New: func() any { return newBuffer(bigBuffer) }}
)

func newBuffer(size int) *[]byte {
	b := make([]byte, size)
	return &b
}

func getBuffer(pool *sync.Pool) *[]byte { return pool.Get().(*[]byte) }

// Source is one pipe that a Pump reads.
type Source struct {
	pump  *Pump
	w     io.Writer
	small bool // w asks for chunks no longer than smallBuffer
	event unix.EpollEvent
	done  chan struct{}

	// run is held while bytes move, and so keeps them in order.
	run  sync.Mutex
	fd   int  // guarded by run; -1 when closed
	full int  // guarded by run; reads in a row that filled the buffer
	big  bool // guarded by run; the pipe has been enlarged

	next   *Source // guarded by pump.mu, as is all below
	queued bool    // in the queue of the pump
	number uint64  // the how many-th to be put into it
	inHand bool    // a worker serves it
	parked bool    // it is not in the epoll set until the worker is done
	gone   bool    // its descriptor is closed, or about to be
}

// Done is closed when the source has come to its end, or has been closed: its writer
// is not called any more.
func (s *Source) Done() <-chan struct{} { return s.done }

// Drain returns when all that was in the pipe at the time of the call has been
// written. It reads no more than that, so that a grandchild which goes on writing
// cannot hold it up, and does not close the pipe, unless nobody is left to write.
func (s *Source) Drain() {
	s.run.Lock()
	defer s.run.Unlock()
	if s.fd < 0 {
		return
	}
	defer s.settle()
	// What a worker has read meanwhile, it has written before it gave run back.
	inPipe, err := unix.IoctlGetInt(s.fd, unix.TIOCINQ)
	if err != nil {
		return
	}
	buf := getBuffer(&smallBuffers)
	defer smallBuffers.Put(buf)
	// One read more than needed, which finds the end of file of a child without heirs.
	for moved := 0; moved <= inPipe; {
		n := s.step(*buf)
		if n <= 0 {
			return
		}
		moved += n
	}
}

// Close stops reading and closes the descriptor. A Write that is going on is awaited.
func (s *Source) Close() error {
	s.run.Lock()
	defer s.run.Unlock()
	return s.finish()
}

// outcome is what a turn has found.
type outcome struct {
	moved int  // bytes
	more  bool // there may be more
}

// turn moves what there is, up to turnBytes.
func (s *Source) turn(buf []byte) outcome {
	s.run.Lock()
	defer s.run.Unlock()
	if s.big {
		big := getBuffer(&bigBuffers)
		defer bigBuffers.Put(big)
		buf = *big
	}
	var o outcome
	for s.fd >= 0 && o.moved < turnBytes {
		n := s.step(buf)
		o.moved += max(n, 0)
		if n < len(buf) {
			s.full = 0
			return o
		}
		s.consider()
	}
	o.more = s.fd >= 0
	return o
}

// step reads once and writes what it got. It returns 0 if there is nothing to read
// now, and -1 after the end.
func (s *Source) step(buf []byte) int {
	for {
		n, err := unix.Read(s.fd, buf)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EAGAIN):
			return 0
		case err != nil:
			s.pump.log.Error("output of a program cannot be read", "err", err)
			fallthrough
		case n == 0:
			_ = s.finish() // the descriptor of a pipe has nothing left to fail
			return -1
		}
		_, _ = s.w.Write(buf[:n]) // a sink accounts for what it loses
		return n
	}
}

// consider enlarges a pipe that is found full again and again.
func (s *Source) consider() {
	s.full++
	if s.full < growAfter || s.big || s.small {
		return
	}
	s.full = 0
	if !s.pump.mayGrow() {
		return
	}
	if _, err := unix.FcntlInt(uintptr(s.fd), unix.F_SETPIPE_SZ, bigBuffer); err != nil {
		s.small = true // not a pipe, or not allowed
		s.pump.shrunk()
		return
	}
	s.big = true
}

// finish closes the descriptor, once. Called with s.run held.
func (s *Source) finish() error {
	if s.fd < 0 {
		return nil
	}
	s.pump.forget(s)
	// Explicitly, since a child between fork and exec may still hold the descriptor.
	_ = unix.EpollCtl(s.pump.epoll, unix.EPOLL_CTL_DEL, s.fd, nil)
	err := os.NewSyscallError("close", unix.Close(s.fd))
	s.fd = -1
	s.settle()
	close(s.done)
	return err
}

// settler is the optional ability of a writer to write a little later than it is called:
// settle returns when all is written.
type settler interface {
	settle()
}

func (s *Source) settle() {
	if w, ok := s.w.(settler); ok {
		w.settle()
	}
}

// mayGrow takes one of the places for enlarged pipes.
func (p *Pump) mayGrow() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.grown >= maxGrown {
		return false
	}
	p.grown++
	return true
}

// shrunk gives such a place back.
func (p *Pump) shrunk() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.grown--
}

// forget removes s, whose descriptor is still open, from the pump.
func (p *Pump) forget(s *Source) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.gone = true
	delete(p.sources, s.fd)
	if s.big {
		p.grown--
	}
}
