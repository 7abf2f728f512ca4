package output

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
)

const (
	// maxPassages is how many rotations a follower may lag behind. Each keeps an open
	// file.
	maxPassages = 64
	// maxHeld is how many bytes of removed files a follower may keep the disk from
	// getting back.
	maxHeld = 1 << 30
	// maxSaved is how many bytes are kept for a follower when they are truncated away.
	maxSaved = 256 << 10

	// followChunk is the longest chunk that Follow yields.
	followChunk = 64 << 10

	// truncatedLine is what Python's deferring tail means to send after a clear.
	truncatedLine = "==> File truncated <==\n"
	// skippedLine stands for what a follower has missed, of a file or of a Ring.
	skippedLine = "==> output skipped <==\n"
)

// followBuffers lends a buffer to a follower that has something to read.
var followBuffers = sync.Pool{New: func() any {
	b := make([]byte, followChunk)
	return &b
}}

// follower is one reader of what is written to a File. The File appends passages, under
// its own lock; the reader takes them off. Neither waits for the other for longer than
// one read from a file takes.
type follower struct {
	wake chan struct{} // has a token if there may be something to read

	mu    sync.Mutex
	now   passage
	next  []passage
	saved int // bytes of text in now and next
}

// rouse tells the reader that there may be something to read.
func (r *follower) rouse() {
	select {
	case r.wake <- struct{}{}:
	default: // it knows already
	}
}

// push appends a passage. Those before it have ended. Beyond the limits the reader skips
// what it has not begun, unless all is so little that it can be kept.
func (r *follower) push(p passage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if (len(r.next) >= maxPassages || r.held() > maxHeld) && !r.gather() {
		r.skip()
	}
	r.append(p)
	r.rouse()
}

// held is how many bytes of removed files would be free without the reader.
func (r *follower) held() int64 {
	held := r.now.held()
	for _, p := range r.next {
		held += p.held()
	}
	return held
}

func (r *follower) append(p passage) {
	r.saved += len(p.text)
	if last := len(r.next) - 1; p.text != nil && last >= 0 && r.next[last].text != nil {
		r.next[last].text = append(r.next[last].text, p.text...)
		return
	}
	r.next = append(r.next, p)
}

// gather makes one text of all that is to be read, and gives its files up. It does nothing
// if that is too much to be kept. The stretches have all ended.
func (r *follower) gather() bool {
	total := r.now.size()
	for _, p := range r.next {
		total += p.size()
	}
	if total > maxSaved {
		return false
	}
	all := append([]passage{r.now}, r.next...)
	text := make([]byte, total)[:0]
	for _, p := range all {
		if p.stretch == nil {
			text = append(text, p.text...)
			continue
		}
		n, err := p.stretch.file.ReadAt(text[len(text):len(text)+int(p.size())], p.from)
		if err != nil {
			return false
		}
		text = text[:len(text)+n]
	}
	for _, p := range all {
		p.drop()
	}
	clear(r.next)
	r.now, r.next = passage{text: text}, r.next[:0]
	r.saved = len(text)
	return true
}

// skip forgets all that the reader has not begun, and what it has begun if that alone holds
// too much.
func (r *follower) skip() {
	for _, p := range r.next {
		r.saved -= len(p.text)
		p.drop()
	}
	clear(r.next)
	r.next = r.next[:0]
	if r.held() > maxHeld {
		r.now.drop()
		r.now = passage{}
	}
	r.append(passage{text: []byte(skippedLine)})
}

// unread returns how much is to be kept of s, the last passage, up to size, and of text.
func (r *follower) unread(s *stretch, size int64) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	from := r.now.from
	if r.now.stretch != s {
		from = r.next[len(r.next)-1].from // s is the last passage of every follower
	}
	return int64(r.saved) + size - from
}

// save replaces s, the last passage, by a copy of its bytes up to size that were not
// read yet: they are about to vanish. The hold on s goes over to the caller.
func (r *follower) save(s *stretch, size int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var from int64
	if r.now.stretch == s {
		from, r.now = r.now.from, passage{}
	} else {
		last := len(r.next) - 1
		from, r.next = r.next[last].from, r.next[:last]
	}
	if size <= from {
		return
	}
	if int64(r.saved)+size-from > maxSaved {
		r.skip()
		from = max(from, size-maxSaved)
	}
	text := make([]byte, size-from)
	n, err := s.file.ReadAt(text, from)
	if err != nil {
		r.skip()
	}
	r.append(passage{text: text[:n]})
}

// drain yields all there is, and reports whether to go on.
func (r *follower) drain(ctx context.Context, yield func([]byte, error) bool) bool {
	buf := followBuffers.Get().(*[]byte)
	defer followBuffers.Put(buf)
	for ctx.Err() == nil {
		n, err := r.read(*buf)
		switch {
		case err != nil:
			yield(nil, err)
			return false
		case n == 0:
			return true
		case !yield((*buf)[:n], nil):
			return false
		}
	}
	return false
}

// read copies what comes next into buf; nothing means that nothing is there yet.
func (r *follower) read(buf []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		switch {
		case len(r.now.text) > 0:
			n := copy(buf, r.now.text)
			r.now.text = r.now.text[n:]
			r.saved -= n
			return n, nil
		case r.now.stretch != nil:
			n, more, err := r.readStretch(buf)
			if n > 0 || more || err != nil {
				return n, err
			}
			r.now.drop()
		}
		if len(r.next) == 0 {
			r.now = passage{}
			return 0, nil
		}
		r.now = r.next[0]
		r.next = slices.Delete(r.next, 0, 1)
	}
}

// readStretch reports with more that the stretch goes on, even if nothing is there yet.
func (r *follower) readStretch(buf []byte) (n int, more bool, err error) {
	s := r.now.stretch
	size, more, err := s.size()
	if err != nil {
		return 0, false, err
	}
	if more && size < r.now.from {
		// Others have truncated it; it may have grown again by now.
		r.now.from = 0
		return copy(buf, truncatedLine), true, nil
	}
	if size <= r.now.from {
		return 0, more, nil
	}
	n, err = s.file.ReadAt(buf[:min(int64(len(buf)), size-r.now.from)], r.now.from)
	r.now.from += int64(n)
	if errors.Is(err, io.EOF) {
		err = nil // truncated by others since the look at its size
	}
	return n, more, err
}

// end forgets everything.
func (r *follower) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now.drop()
	for _, p := range r.next {
		p.drop()
	}
	r.now, r.next = passage{}, nil
}
