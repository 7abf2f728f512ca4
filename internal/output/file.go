package output

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// FileOptions say how a log file is created and rotated. The zero value never rotates.
type FileOptions struct {
	// MaxBytes is the size at which the file is rotated; 0 means never.
	MaxBytes int64
	// Period is how often the file is rotated by time; 0 means never. The rotation
	// takes place before the first write after the boundary, also if the daemon did
	// not run when it passed. An empty file is not rotated.
	Period Period
	// Backups is the number of rotated files kept as path.1 (the newest) to
	// path.<Backups>. With 0 the file is truncated in place.
	Backups int
	// Compress turns the backups into path.1.gz and so on, in the background, also
	// those that an earlier run has left uncompressed.
	Compress bool
	// Mode is the mode of files that are created, before the umask; 0 means 0666.
	// AUTO logs use 0600, also for the files that follow a rotation.
	Mode os.FileMode
	// Log receives one line when writing fails and one when it works again, and what
	// others have done to the file. nil means nobody is told. It may itself end in
	// this very File.
	Log *slog.Logger
}

// File is a log that is appended to and rotated by size and time. All methods are safe
// for concurrent use.
type File struct {
	owner  *Files  // shares the file under its path; nil for OpenFile
	work   *worker // compresses the backups
	queued bool    // guarded by work.mu: waits for work
	key    string  // under which owner knows it
	refs   int     // guarded by owner.mu: who opened it, follows it or compresses it

	small atomic.Bool // see SmallChunks

	mu      sync.Mutex
	path    string
	users   int // who opened it and has not closed it yet; with 0 nothing is written
	opts    FileOptions
	file    *os.File // nil: closed, or not to be opened at the moment
	regular bool     // file may be renamed and truncated
	known   int64    // size at the last look, and what was written since
	unseen  int64    // written since the last look
	retryAt int64    // size below which a rotation that failed is not tried again
	span    span     // until the next rotation by time
	lookAt  time.Time
	astray  bool // path led elsewhere when last looked at and could not be opened
	loss    loss
	notes   []note        // for the log, once mu is free
	stuck   bool          // the last write ran into its deadline
	wait    time.Duration // stuckWrite, but for tests
	unable  bool          // the last compression failed, and the log knows

	freeing sync.WaitGroup // of a backup that was given up; added to under mu

	followers []*follower
	live      *stretch // what the followers read last; nil without them or a file

	// names is held for writing while path does not exist between the two steps of a
	// rotation, so that a reader who holds it never misses the file.
	names sync.RWMutex
}

// stuckWrite is how long a write to a fifo or terminal whose reader stands still may
// hold up its program before the bytes count as lost. Regular files know no deadline.
const stuckWrite = 5 * time.Second

// OpenFile opens path for appending and creates it if need be. A fifo that nobody
// reads yet is no error: what is written before there is a reader is lost and counted.
func OpenFile(path string, o FileOptions) (*File, error) {
	f := newFile(path)
	f.work = new(worker)
	if err := f.open(path, o); err != nil {
		return nil, err
	}
	return f, nil
}

func newFile(path string) *File {
	return &File{path: path, wait: stuckWrite}
}

// open adds one user.
func (f *File) open(path string, o FileOptions) error {
	f.mu.Lock()
	defer f.unlock()
	f.setOptions(o)
	if f.file == nil {
		f.path = path
		if err := f.reopen(); err != nil {
			return err
		}
	}
	f.users++
	if o.Compress {
		f.compressLater()
	}
	return nil
}

// setOptions is called with f.mu held.
func (f *File) setOptions(o FileOptions) {
	changed := f.opts.Period != o.Period
	f.opts = o
	f.small.Store(o.MaxBytes > 0 && o.MaxBytes < largeLog)
	if changed && f.file != nil {
		if info, err := f.file.Stat(); err == nil {
			f.setClock(info)
		}
	}
}

// limit is Files.Limit of an open file.
func (f *File) limit(o FileOptions) {
	f.mu.Lock()
	defer f.unlock()
	if f.users == 0 {
		return // the next open brings its own
	}
	o.Mode, o.Log = f.opts.Mode, f.opts.Log
	f.setOptions(o)
	f.retryAt = 0
	if o.Compress {
		f.compressLater()
	}
}

// Write appends p and then rotates the file if it has reached MaxBytes: p is never
// split between two files. When p cannot be written whole, the rest of it is lost,
// the loss is counted and logged, and the next Write tries again.
func (f *File) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	f.mu.Lock()
	defer f.unlock()
	if f.users == 0 {
		return 0, fmt.Errorf("write %s: %w", f.path, fs.ErrClosed)
	}
	if f.file != nil && f.regular {
		now := time.Now()
		if now.After(f.lookAt) {
			f.look(now)
		}
		f.rotateIfDue(now)
	}
	n, err := f.append(p)
	if n > 0 {
		f.wake()
		f.rotateIfFull(int64(n))
	}
	f.say(f.loss.count(f.path, len(p)-n, err))
	return n, err
}

func (f *File) append(p []byte) (int, error) {
	if f.file == nil {
		if err := f.reopen(); err != nil {
			return 0, err
		}
		if f.file == nil {
			return 0, fmt.Errorf("write %s: nobody reads this fifo", f.path)
		}
	}
	if f.regular {
		return f.file.Write(p)
	}
	wait := f.wait
	if f.stuck {
		wait = time.Millisecond // not the full price for each write
	}
	// Only what can be waited for has deadlines; a device like /dev/null says no.
	_ = f.file.SetWriteDeadline(time.Now().Add(wait))
	n, err := f.file.Write(p)
	f.stuck = errors.Is(err, os.ErrDeadlineExceeded)
	return n, err
}

// Reopen opens path anew, as after a rotation by somebody else. If that fails, the
// old file stays in use as long as it still has a name somewhere.
func (f *File) Reopen() error {
	f.mu.Lock()
	defer f.unlock()
	if f.users == 0 {
		return nil
	}
	return f.reopen()
}

// reopen leaves f.file nil without an error if path is a fifo that nobody reads.
func (f *File) reopen() error {
	mode := f.opts.Mode
	if mode == 0 {
		mode = 0o666
	}
	// Not blocking, since opening a fifo would wait for its reader.
	file, err := os.OpenFile(f.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|openFlags, mode)
	if err != nil {
		if f.file != nil && !linked(f.file) {
			f.drop()
		}
		if isFifo(f.path) {
			f.drop()
			return nil
		}
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	f.drop()
	f.file, f.regular = file, info.Mode().IsRegular()
	f.known, f.unseen, f.retryAt = info.Size(), 0, 0
	f.astray = false
	f.setClock(info)
	f.begin()
	return nil
}

// drop gives the file in use up.
func (f *File) drop() {
	if f.file != nil {
		_ = f.file.Close() // nothing is buffered here, and nobody could act on it
		f.file = nil
	}
}

// current reports whether path still leads to the file in use.
func (f *File) current() bool {
	named, err := os.Stat(f.path)
	return err == nil && f.uses(named)
}

// uses reports whether info is of the file in use.
func (f *File) uses(info os.FileInfo) bool {
	if f.file == nil {
		return false
	}
	mine, err := f.file.Stat()
	return err == nil && os.SameFile(mine, info)
}

// Close closes the file. A File that came from Files is closed when the last of
// those who opened it has closed it; a compression of its backups goes on. That of
// a file from OpenFile is broken off and leaves its backup uncompressed.
func (f *File) Close() error {
	if f.owner == nil {
		f.work.close()
		_, err := f.leave()
		return err
	}
	left, err := f.leave()
	if left {
		f.owner.release(f)
	}
	return err
}

// leave takes one user away, if there is one, and closes the file behind the last.
func (f *File) leave() (left bool, err error) {
	f.mu.Lock()
	defer f.unlock()
	if f.users == 0 {
		return false, nil
	}
	f.users--
	if f.users > 0 || f.file == nil {
		return true, nil
	}
	f.freeing.Wait()
	err = f.file.Close()
	f.file = nil
	return true, err
}

func isFifo(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&fs.ModeNamedPipe != 0
}
