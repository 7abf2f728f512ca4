package output

import (
	"io"
	"os"
	"sync/atomic"
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
