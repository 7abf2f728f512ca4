package output

import (
	"context"
	"sync"
	"time"
)

// worker compresses the backups of many files, one backup of each in turn, in one
// goroutine that exists only while there is something to do. The zero value is ready for use.
type worker struct {
	mu      sync.Mutex
	queue   []*File // each once: see File.queued
	cancel  context.CancelFunc
	ended   chan struct{} // nil: no goroutine; else closed at its end
	stopped bool
}

// add has the backups of f compressed soon. f stays known to its owner until then.
func (w *worker) add(f *File) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped || f.queued {
		return
	}
	if f.owner != nil {
		f.owner.retain(f)
	}
	f.queued = true
	w.queue = append(w.queue, f)
	if w.ended == nil {
		ctx, cancel := context.WithCancel(context.Background())
		w.cancel, w.ended = cancel, make(chan struct{})
		go w.run(ctx, w.ended)
	}
}

func (w *worker) run(ctx context.Context, ended chan struct{}) {
	defer close(ended)
	for f := w.next(); f != nil; f = w.next() {
		if f.compress(ctx) {
			w.add(f) // behind those that have waited meanwhile
		}
		if f.owner != nil {
			f.owner.release(f)
		}
	}
}

// next takes a file from the queue. Without one it ends the goroutine.
func (w *worker) next() *File {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		w.cancel()
		w.ended = nil
		return nil
	}
	f := w.queue[0]
	w.queue[0] = nil
	w.queue = w.queue[1:]
	f.queued = false
	return f
}

// maxClose is how long close waits for a disk that stands still.
const maxClose = 2 * time.Second

// close breaks off what is going on, waits until it has ended, and takes no more.
func (w *worker) close() {
	w.mu.Lock()
	w.stopped = true
	ended := w.ended
	if ended != nil {
		w.cancel()
	}
	w.mu.Unlock()
	if ended == nil {
		return
	}
	select {
	case <-ended:
	case <-time.After(maxClose):
	}
}
