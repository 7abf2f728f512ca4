package output

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"slices"
	"time"
)

// followPoll is how often a follower that nobody has woken looks whether others
// have written to the log.
const followPoll = time.Second

// Follow yields what is in the log at path from back bytes before its end, then all
// that is written to it, until ctx ends. back is 0 for nothing and may be more than
// there is; the log need not exist yet. A chunk has at most 64 KiB and is valid until
// the next one.
//
// What Files writes arrives whole, once and in order, across rotation and reopening. A
// reader who lags more than 60 rotations behind gets the line "==> output skipped <=="
// instead of what it has missed. So does one who would keep more than 1 GiB of removed
// backups from being freed, and one who lags more than 256 KiB behind what is truncated away,
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
		s, err := f.openStretch()
		switch {
		case err == nil:
			f.attach(s)
		case !errors.Is(err, ErrNoFile) && !errors.Is(err, fs.ErrNotExist):
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

// begin sends the followers on to what path leads to now. While that cannot be opened they
// stay where they are; glance tries again.
func (f *File) begin() {
	if len(f.followers) == 0 {
		return
	}
	s, err := f.openStretch()
	if err != nil {
		return
	}
	if f.live != nil && os.SameFile(s.info, f.live.info) {
		s.release()
		return
	}
	f.endLive()
	f.attach(s)
}

// attach makes s what all followers read last.
func (f *File) attach(s *stretch) {
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

// isLive reports whether the followers read file last.
func (f *File) isLive(file *os.File) bool {
	if f.live == nil {
		return false
	}
	info, err := file.Stat()
	return err == nil && os.SameFile(info, f.live.info)
}

// saveUnread keeps for all followers what they have not read yet of a file that is
// about to be truncated, and returns its size. resume must follow.
func (f *File) saveUnread() (size int64) {
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
