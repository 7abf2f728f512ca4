package output

import (
	"context"
	"iter"
	"sync"
)

// defaultRing is how much a Ring keeps if nothing else is asked for.
const defaultRing = 64 << 10

// Ring is a sink that keeps the most recent output in memory, for programs that have no
// log file. It takes memory as output comes, nothing before the first byte, and keeps
// it. The zero value is ready for use; all methods are safe for concurrent use.
//
// Read and Tail count like those of a file: the size of a Ring is that of all that was
// written since the last Clear, and every byte keeps its offset. What was asked for and
// has fallen out of the Ring is left out of the answer, which then begins later.
type Ring struct {
	// Max is how much is kept, in bytes; zero means 64 KiB. Set before use.
	Max int

	mu      sync.Mutex
	buf     []byte        // a circle, once it holds Max bytes
	next    int           // where the next byte goes then
	written int64         // bytes ever
	cleared int64         // how many of them were forgotten by the last Clear
	grown   chan struct{} // closed by the next Write; nil while nobody waits
}

// Write keeps p, or its end if p is longer than the ring. It never fails.
func (r *Ring) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(p)
	r.written += int64(n)
	limit := r.limit()
	p = p[max(0, n-limit):]
	if room := min(limit-len(r.buf), len(p)); room > 0 {
		r.buf = append(r.grow(room), p[:room]...)
		p = p[room:]
	}
	for len(p) > 0 {
		k := copy(r.buf[r.next:], p)
		r.next = (r.next + k) % limit
		p = p[k:]
	}
	if r.grown != nil {
		close(r.grown)
		r.grown = nil
	}
	return n, nil
}

func (r *Ring) limit() int {
	if r.Max > 0 {
		return r.Max
	}
	return defaultRing
}

// grow returns the buffer with room for n more bytes, and never with room for more than
// the limit.
func (r *Ring) grow(n int) []byte {
	need := len(r.buf) + n
	if need <= cap(r.buf) {
		return r.buf
	}
	return append(make([]byte, 0, min(r.limit(), max(need, 2*cap(r.buf)))), r.buf...)
}

// Clear forgets everything. The next byte has the offset 0, as in a file that was emptied.
func (r *Ring) Clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleared = r.written
	r.buf, r.next = nil, 0
}

// Close does nothing: a ring outlives the streams that write to it.
func (*Ring) Close() error { return nil }

// Read is the function Read for what the ring keeps.
func (r *Ring) Read(offset, length int64) ([]byte, error) {
	if err := checkRead(offset, length); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	from, n := readSpan(r.written-r.cleared, offset, length)
	return r.span(from, n), nil
}

// Tail is the function Tail for what the ring keeps.
func (r *Ring) Tail(offset, length int64) (data []byte, size int64, overflow bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	size = r.written - r.cleared
	from, n, overflow := tailSpan(size, offset, length)
	return r.span(from, n), size, overflow
}

// span returns what is left of the n bytes at the offset from. It is called with mu held.
func (r *Ring) span(from, n int64) []byte {
	if n <= 0 {
		return []byte{}
	}
	begin, end := r.cleared+from, r.cleared+from+n
	return r.appendTo(make([]byte, 0, max(0, end-max(begin, r.oldest()))), begin, end)
}

// oldest counts the bytes ever written before the first that is kept.
func (r *Ring) oldest() int64 { return r.written - int64(len(r.buf)) }

// appendTo appends what is kept of the bytes from begin to end, counted from the first
// ever written. It is called with mu held.
func (r *Ring) appendTo(b []byte, begin, end int64) []byte {
	oldest := r.oldest()
	i, j := max(0, begin-oldest), end-oldest // in the order of writing
	if i >= j {
		return b
	}
	older := int64(len(r.buf) - r.next) // r.buf[r.next:] was written before r.buf[:r.next]
	if i < older {
		b = append(b, r.buf[int64(r.next)+i:int64(r.next)+min(j, older)]...)
	}
	if j > older {
		b = append(b, r.buf[max(0, i-older):j-older]...)
	}
	return b
}

// Follow yields what is written from now on until ctx ends, beginning with the last back
// bytes as far as they are kept. A chunk is valid until the next one. For output that
// has fallen out of the ring before it could be yielded there is one line "==> output
// skipped <=="; what Clear has taken away leaves no trace.
func (r *Ring) Follow(ctx context.Context, back int64) iter.Seq2[[]byte, error] {
	r.mu.Lock()
	begin := max(r.written-max(0, back), r.oldest())
	r.mu.Unlock()
	return func(yield func([]byte, error) bool) {
		var chunk []byte
		for at := begin; ctx.Err() == nil; {
			next := r.after(chunk[:0], at)
			if next.skipped && !yield([]byte(skippedLine), nil) {
				return
			}
			if chunk, at = next.data, next.end; len(chunk) > 0 {
				if !yield(chunk, nil) {
					return
				}
				continue
			}
			select {
			case <-next.grown:
			case <-ctx.Done():
			}
		}
	}
}

// following is what a follower of a ring finds when it looks.
type following struct {
	data    []byte
	end     int64           // of data, counted from the first byte ever written
	skipped bool            // something before data has fallen out of the ring
	grown   <-chan struct{} // without data: closed when there is more
}

// after appends to b what was written after the first at bytes.
func (r *Ring) after(b []byte, at int64) following {
	r.mu.Lock()
	defer r.mu.Unlock()
	at = max(at, r.cleared)
	f := following{data: r.appendTo(b, at, r.written), end: r.written, skipped: at < r.oldest()}
	if len(f.data) == 0 {
		if r.grown == nil {
			r.grown = make(chan struct{})
		}
		f.grown = r.grown
	}
	return f
}
