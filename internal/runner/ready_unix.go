//go:build unix

package runner

import (
	"bytes"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"supervisord/internal/readiness"
)

// reportPipe is the pipe on which a child reports by a newline that it is ready, as the
// programs of s6 do.
type reportPipe struct {
	mu   sync.Mutex // open may come late, after close
	read *os.File
	over bool
}

// open makes the pipe and returns the end of the child.
func (p *reportPipe) open() (int, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer func() { _ = w.Close() }() // the child has a copy
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read = r
	if p.over {
		_ = r.Close()
	}
	return unix.FcntlInt(w.Fd(), unix.F_DUPFD_CLOEXEC, 0)
}

// await calls ready at the first newline. It returns when nothing more can come.
func (p *reportPipe) await(ready func()) {
	var buf [256]byte
	for {
		n, err := p.read.Read(buf[:])
		if bytes.IndexByte(buf[:n], '\n') >= 0 {
			ready()
			return
		}
		if err != nil {
			return
		}
	}
}

// interrupt ends await.
func (p *reportPipe) interrupt() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.read != nil {
		_ = p.read.SetReadDeadline(time.Unix(1, 0)) // a pipe has deadlines
	}
}

// rest calls ready if a newline has come that await has not read.
func (p *reportPipe) rest(ready func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.read == nil || p.read.SetReadDeadline(time.Time{}) != nil {
		return
	}
	var buf [256]byte
	for range maxLastWords {
		n, err := readiness.ReadNow(p.read, buf[:])
		if err != nil {
			return
		}
		if bytes.IndexByte(buf[:n], '\n') >= 0 {
			ready()
			return
		}
	}
}

// close gives the pipe up.
func (p *reportPipe) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	if p.read != nil {
		_ = p.read.Close() // nothing was written
	}
}

// openNull opens what a command reads that has nothing to read.
func openNull() (int, error) { return unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0) }
