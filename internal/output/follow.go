package output

import (
	"context"
	"iter"
	"os"
	"time"
)

// followEvery is how often a followed file is looked at.
const followEvery = 100 * time.Millisecond

// Follow yields what is written to the log at path until ctx ends, beginning back bytes
// before its end. A chunk is valid until the next one. A file that is missing for a
// moment is waited for.
func (fs *Files) Follow(ctx context.Context, path string, back int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		file, size, err := fs.openToRead(path)
		if err != nil {
			yield(nil, err)
			return
		}
		at := max(0, size-max(0, back))
		defer func() { _ = file.Close() }() // it was only read
		tick := time.NewTicker(followEvery)
		defer tick.Stop()
		buf := make([]byte, 32<<10)
		for ctx.Err() == nil {
			n, _ := file.ReadAt(buf, at) // an error shows when it is opened anew
			at += int64(n)
			if n > 0 {
				if !yield(buf[:n], nil) {
					return
				}
				continue
			}
			if next, _, err := fs.openToRead(path); err == nil && !same(file, next) {
				_ = file.Close() // it was only read
				file, at = next, 0
				continue
			} else if err == nil {
				_ = next.Close() // it was only read
			}
			if info, err := file.Stat(); err == nil && info.Size() < at {
				at = 0
				continue
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}
}

func same(a, b *os.File) bool {
	x, err1 := a.Stat()
	y, err2 := b.Stat()
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}
