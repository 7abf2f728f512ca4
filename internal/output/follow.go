package output

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"slices"
	"sync"
	"time"
)

const (
	// followChunk is the longest chunk that Follow yields.
	followChunk = 64 << 10
	// followPoll is how often a follower that nobody has woken looks whether others
	// have written to the log.
	followPoll = time.Second
)

// followBuffers lends a buffer to a follower that has something to read.
var followBuffers = sync.Pool{New: func() any {
	b := make([]byte, followChunk)
	return &b
}}

// Follow yields what is in the log at path from back bytes before its end, then all
// that is written to it, until ctx ends. back is 0 for nothing and may be more than
// there is; the log need not exist yet. A chunk has at most 64 KiB and is valid until
// the next one.
//
// What Files writes arrives whole, once and in order, across rotation and reopening. A
// reader who lags more than 60 rotations behind gets the line "==> output skipped <=="
// instead of what it has missed. So does one who would keep more than 1 GiB of removed
// backups from being freed, and one who lags more than 1 MiB behind what is truncated away,
// if the file cannot be replaced by an empty one. Clear shows as "==> File truncated <==",
// the words of Python's Supervisor. What others write is noticed within a second. Other than
// for a regular file it yields ErrNoFile.
func (fs *Files) Follow(ctx context.Context, path string, back int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		f := fs.acquire(path)
		defer fs.release(f)
		r, err := f.follow(max(back, 0))
		if err != nil {
			yield(nil, err)
			return
		}
		defer f.unfollow(r)
		poll := time.NewTimer(followPoll)
		defer poll.Stop()
		for {
			if !r.drain(ctx, yield) {
				return
			}
			poll.Reset(followPoll)
			select {
			case <-ctx.Done():
				return
			case <-r.wake:
			case <-poll.C:
				f.glance()
			}
		}
	}
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

// follow adds a follower that begins back bytes before the end.
func (f *File) follow(back int64) (*follower, error) {
	f.mu.Lock()
	defer f.unlock()
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, noFile(f.path, nil)
	}
	if f.file != nil && f.regular {
		f.look(time.Now()) // what path leads to is to be what is written to
	}
	if f.live == nil && info != nil {
		if f.live, err = f.openStretch(); err != nil && !errors.Is(err, ErrNoFile) && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	r := &follower{wake: make(chan struct{}, 1)}
	if f.live != nil {
		size, _, err := f.live.size()
		if err != nil {
			return nil, err
		}
		f.live.hold()
		r.now = passage{stretch: f.live, from: size - min(size, back)}
	}
	f.followers = append(f.followers, r)
	return r, nil
}

func (f *File) unfollow(r *follower) {
	f.mu.Lock()
	f.followers = slices.DeleteFunc(f.followers, func(other *follower) bool { return other == r })
	if len(f.followers) == 0 && f.live != nil {
		f.live.release()
		f.live = nil
	}
	f.unlock()
	r.end()
}

// glance finds out for its followers what others have done to the log.
func (f *File) glance() {
	f.mu.Lock()
	defer f.unlock()
	if f.file != nil && f.regular {
		f.look(time.Now())
	}
	info, err := os.Stat(f.path)
	if err != nil || !info.Mode().IsRegular() || f.live != nil && os.SameFile(f.live.info, info) {
		return // nothing, or nothing new
	}
	f.begin()
}
