package output

import "sync"

const (
	// longChunk is the length of a chunk whose lines are written while the next ones are
	// read and formatted. Only a program that writes without pause has so much in its pipe.
	longChunk = 128 << 10
	// maxPending is how many pieces may wait to be written, besides the one that is.
	maxPending = 3
)

// backlog is what a Stream has formatted of long chunks and not written yet. For those who
// look at the log it is as if it were still in the pipe: it is written soon, and before
// all that comes later.
//
// It is written by a goroutine that exists only as long as there is something, and by
// those who wait for it, who do not depend on that goroutine to get a processor. One of
// them writes at a time.
type backlog struct {
	put func(piece []byte) error
	run func() // b.work, made once

	mu      sync.Mutex
	changed sync.Cond // of L mu: something was written
	pending []*[]byte // of buffers, oldest first
	writing bool      // somebody writes, without mu
	working bool      // the goroutine exists
	failed  error     // what settle will tell
}

func newBacklog(put func(piece []byte) error) *backlog {
	b := &backlog{put: put}
	b.run, b.changed.L = b.work, &b.mu
	return b
}

// add has a piece, one of buffers, written soon. It waits while there is too much.
func (b *backlog) add(piece *[]byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.pending) >= maxPending {
		b.step()
	}
	b.pending = append(b.pending, piece)
	if !b.working {
		b.working = true
		go b.run()
	}
}

// settle returns when all is written, with the first error since the last time. Without a
// backlog there is nothing to do.
func (b *backlog) settle() error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.writing || len(b.pending) > 0 {
		b.step()
	}
	err := b.failed
	b.failed = nil
	return err
}

func (b *backlog) work() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.pending) > 0 {
		b.step()
	}
	b.working = false
}

// step writes the oldest piece, or waits until somebody has done so. It is called with
// b.mu held, which it gives back meanwhile, and with something pending or being written.
func (b *backlog) step() {
	if b.writing {
		b.changed.Wait()
		return
	}
	piece := b.pending[0]
	b.pending = append(b.pending[:0], b.pending[1:]...)
	b.writing = true
	b.mu.Unlock()
	err := b.put(*piece)
	buffers.Put(piece)
	b.mu.Lock()
	b.writing = false
	if b.failed == nil {
		b.failed = err
	}
	b.changed.Broadcast()
}
