package syslog

import (
	"context"
	"net"
)

// Split returns the pieces that a stream is cut into which comes in these chunks.
func Split(room int, strict bool, chunks ...[]byte) []string {
	pieces := []string{}
	s := splitter{room: room, strict: strict, emit: func(p []byte) { pieces = append(pieces, string(p)) }}
	for _, c := range chunks {
		s.write(c)
	}
	s.end()
	return pieces
}

// DialWith makes dial stand for the network. It returns a stream, or an error.
func (ss *Servers) DialWith(dial func() (net.Conn, error)) {
	ss.dial = func(ctx context.Context, _ Target) (*link, error) {
		conn, err := dial()
		if err != nil {
			return nil, err
		}
		return newLink(ctx, patient{conn}, conn, lines), nil
	}
}

// Held is how much memory the queues take, in bytes.
func (ss *Servers) Held() int {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	held := 0
	for _, s := range ss.all {
		s.mu.Lock()
		held += len(s.queue.ring)
		s.mu.Unlock()
	}
	return held
}

// Queue is a queue with its limits.
type Queue struct{ q queue }

// NewQueue returns an empty queue.
func NewQueue(count, bytes int) *Queue { return &Queue{queue{maxCount: count, maxBytes: bytes}} }

// Put appends a message in two parts.
func (q *Queue) Put(head, text []byte) bool { return q.q.put(head, text) }

// Take removes up to n messages from the front that fit into one batch.
func (q *Queue) Take(n int) []string {
	b := batch{framing: datagrams}
	q.q.copyTo(&b)
	var messages []string
	for i := range min(n, len(b.ends)) {
		start := 0
		if i > 0 {
			start = b.ends[i-1]
		}
		messages = append(messages, string(b.buf[start:b.ends[i]]))
	}
	q.q.drop(len(messages))
	return messages
}
