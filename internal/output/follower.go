package output

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	// maxPassages is how many rotations a follower may lag behind. Each keeps an open
	// file.
	maxPassages = 64
	// maxHeld is how many bytes of removed files a follower may keep the disk from
	// getting back.
	maxHeld = 1 << 30
	// maxSaved is how many bytes are kept for a follower when they are truncated away.
	maxSaved = 1 << 20

	// truncatedLine is what Python's deferring tail means to send after a clear.
	truncatedLine = "==> File truncated <==\n"
	skippedLine   = "==> output skipped <==\n"
)

// stretch is one file during the time in which path led to it.
type stretch struct {
	file *os.File
	info os.FileInfo
	refs atomic.Int32
	end  atomic.Int64 // its size when another took its place; live until then
}

// live is the end of a stretch that goes on.
const live = -1

func (s *stretch) hold() { s.refs.Add(1) }

func (s *stretch) release() {
	if s.refs.Add(-1) == 0 {
		_ = s.file.Close() // was only read
	}
}

// size is how much there is to read, and whether there may be more later.
func (s *stretch) size() (size int64, more bool, err error) {
	if end := s.end.Load(); end != live {
		return end, false, nil
	}
	// The position has no meaning: everybody uses ReadAt.
	size, err = s.file.Seek(0, io.SeekEnd)
	return size, true, err
}

// passage is something to read: a stretch from an offset, or text that was saved.
type passage struct {
	stretch *stretch // held; nil for text
	from    int64
	text    []byte
}

// size is how much there is to read, of a stretch that has ended or of text.
func (p passage) size() int64 {
	if p.stretch == nil {
		return int64(len(p.text))
	}
	return max(0, p.stretch.end.Load()-p.from)
}

// held is how many bytes are free again once nobody holds the passage.
func (p passage) held() int64 {
	if p.stretch == nil || p.stretch.end.Load() == live || linked(p.stretch.file) {
		return 0
	}
	return p.stretch.end.Load()
}

func (p passage) drop() {
	if p.stretch != nil {
		p.stretch.release()
	}
}

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
		from = r.next[len(r.next)-1].from
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

// openStretch opens what path leads to, which is the file in use if there is one.
func (f *File) openStretch() (*stretch, error) {
	file, _, err := openToRead(f.path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && f.file != nil {
		var mine os.FileInfo
		if mine, err = f.file.Stat(); err == nil && !os.SameFile(mine, info) {
			err = fs.ErrNotExist // moved by others this very moment
		}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	s := &stretch{file: file, info: info}
	s.refs.Store(1)
	s.end.Store(live)
	return s, nil
}

// begin sends the followers on to what path leads to now.
func (f *File) begin() {
	if len(f.followers) == 0 {
		return
	}
	s, err := f.openStretch()
	if err == nil && f.live != nil && os.SameFile(s.info, f.live.info) {
		s.release()
		return
	}
	f.endLive()
	if err != nil {
		for _, r := range f.followers {
			r.push(passage{text: []byte(skippedLine)})
		}
		return
	}
	f.live = s
	for _, r := range f.followers {
		s.hold()
		r.push(passage{stretch: s})
	}
}

// endLive makes what followers read last end where it ends now.
func (f *File) endLive() {
	if f.live == nil {
		return
	}
	size, _, err := f.live.size()
	if err != nil {
		size = 0
	}
	f.live.end.Store(size)
	f.live.release()
	f.live = nil
}

// saveUnread keeps for all followers what they have not read yet of a file that is
// about to be truncated, and returns its size. resume must follow.
func (f *File) saveUnread() (size int64) {
	if f.live == nil {
		return 0
	}
	size, _, err := f.live.size()
	if err != nil {
		size = 0
	}
	for _, r := range f.followers {
		r.save(f.live, size)
	}
	return size
}

// resume makes all followers read on from an offset, after a line unless it is empty.
func (f *File) resume(line string, from int64) {
	if f.live == nil {
		return
	}
	for _, r := range f.followers {
		if line != "" {
			r.push(passage{text: []byte(line)})
		}
		r.push(passage{stretch: f.live, from: from})
	}
}

// wake tells all followers that something was written.
func (f *File) wake() {
	for _, r := range f.followers {
		r.rouse()
	}
}
