//go:build unix

package supervise

import (
	"bytes"
	"os"
	"sync"

	"golang.org/x/sys/unix"
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

// close ends await.
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
