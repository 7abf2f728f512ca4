package mainlog

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	// queueLimit is how many bytes of lines may wait for a writer that does not take
	// them: a terminal that is stopped, a pipe nobody reads, a disk that hangs.
	queueLimit = 1 << 20
	// queueFarewell is how long Close and Flush wait for such a writer.
	queueFarewell = 2 * time.Second
)

// Queue writes in the background, so that whoever logs never waits. What comes while
// the queue is full is lost; how many lines, a line says once there is room again.
// Its methods may be called from any goroutine.
type Queue struct {
	w    io.Writer
	done chan struct{} // closed when nothing is written any more

	mu      sync.Mutex
	change  sync.Cond // of the fields below
	form    Form
	pending []byte
	lost    int  // lines
	busy    bool // a write is going on
	closed  bool
}

// Form makes a handler that writes lines in a certain form, such as NewHandler.
type Form func(level slog.Leveler, w io.Writer) slog.Handler

// NewQueue returns a queue before w for lines in that form. Close ends it.
func NewQueue(w io.Writer, form Form) *Queue {
	q := &Queue{w: w, form: form, done: make(chan struct{})}
	q.change.L = &q.mu
	go q.run()
	return q
}

// SetForm changes the form of the lines that the queue itself has to say.
func (q *Queue) SetForm(form Form) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.form = form
}

// Write queues a line, or counts it as lost. It never fails and never blocks.
func (q *Queue) Write(line []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || len(q.pending)+len(line) > queueLimit {
		q.lost++
		return len(line), nil
	}
	if q.lost > 0 {
		q.sayLost()
	}
	q.pending = append(q.pending, line...)
	q.change.Broadcast()
	return len(line), nil
}

// sayLost queues the line that tells of lost ones.
func (q *Queue) sayLost() {
	var line bytes.Buffer
	slog.New(q.form(slog.LevelWarn, &line)).Warn(fmt.Sprintf("%d lines of the log could not be written here", q.lost), "lost_lines", q.lost)
	q.pending = append(q.pending, line.Bytes()...)
	q.lost = 0
}

func (q *Queue) run() {
	defer close(q.done)
	var writing []byte
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		for len(q.pending) == 0 {
			if q.closed {
				return
			}
			q.change.Wait()
		}
		writing, q.pending = q.pending, writing[:0]
		q.busy = true
		q.mu.Unlock()
		_, _ = q.w.Write(writing) // there is no other place to say that the log fails
		q.mu.Lock()
		q.busy = false
		q.change.Broadcast()
	}
}

// Flush waits until all that was queued has been written, but not for ever.
func (q *Queue) Flush() {
	until := time.Now().Add(queueFarewell)
	late := time.AfterFunc(queueFarewell, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.change.Broadcast()
	})
	defer late.Stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	for (len(q.pending) > 0 || q.busy) && time.Now().Before(until) {
		q.change.Wait()
	}
}

// Close flushes and ends the queue. A writer that is stuck is left behind.
func (q *Queue) Close() {
	q.Flush()
	q.mu.Lock()
	q.closed = true
	stuck := q.busy
	q.change.Broadcast()
	q.mu.Unlock()
	if !stuck {
		<-q.done
	}
}
