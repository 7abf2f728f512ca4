package output

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"
)

// FileOptions say how a log file is created and rotated. The zero value never rotates.
type FileOptions struct {
	// MaxBytes is the size at which the file is rotated; 0 means never.
	MaxBytes int64
	// Backups is the number of rotated files kept as path.1 (the newest) to
	// path.<Backups>. With 0 the file is truncated in place.
	Backups int
	// Mode is the mode of files that are created, before the umask; 0 means 0666.
	// AUTO logs use 0600, also for the files that follow a rotation.
	Mode os.FileMode
	// Log receives one line when writing fails and one when it works again.
	// nil means nobody is told. It may itself end in this very File.
	Log *slog.Logger
}

// File is a log that is appended to and rotated by size. All methods are safe for
// concurrent use.
type File struct {
	path  string
	owner *Files // shares the file under its path; nil for OpenFile
	refs  int    // guarded by owner.mu; unused without an owner

	mu      sync.Mutex
	opts    FileOptions
	file    *os.File // nil: closed, or not to be opened at the moment
	regular bool     // file may be renamed and truncated
	closed  bool
	known   int64 // size at the last look, and what was written since
	unseen  int64 // written since the last look
	retryAt int64 // size below which a rotation that failed is not tried again
	loss    loss
	stuck   bool          // the last write ran into its deadline
	wait    time.Duration // stuckWrite, but for tests

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
	f.opts = o
	if err := f.reopen(); err != nil {
		return nil, err
	}
	return f, nil
}

func newFile(path string) *File {
	return &File{path: path, wait: stuckWrite}
}

// Path is the path that was opened.
func (f *File) Path() string { return f.path }

// Write appends p and then rotates the file if it has reached MaxBytes: p is never
// split between two files. When p cannot be written whole, the rest of it is lost,
// the loss is counted and logged, and the next Write tries again.
func (f *File) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return 0, fmt.Errorf("write %s: %w", f.path, fs.ErrClosed)
	}
	n, err := f.append(p)
	var rotation error
	if n > 0 {
		rotation = f.rotateIfFull(int64(n))
	}
	say := f.loss.count(len(p)-n, err)
	log := f.opts.Log
	f.mu.Unlock()

	// Outside the lock: the logger may write to this file.
	if log != nil {
		say(log, f.path)
		if rotation != nil {
			log.Error("log file cannot be rotated and grows on", "path", f.path, "err", rotation)
		}
	}
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
	defer f.mu.Unlock()
	if f.closed {
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
	return nil
}

// drop gives the file in use up.
func (f *File) drop() {
	if f.file != nil {
		_ = f.file.Close() // nothing is buffered here, and nobody could act on it
		f.file = nil
	}
}

// Clear empties the log. Its backups stay. What is not a regular file is left alone.
func (f *File) Clear() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	if !f.current() {
		if err := f.reopen(); err != nil {
			return err
		}
	}
	if f.file == nil || !f.regular {
		return nil
	}
	return f.truncate()
}

// current reports whether path still leads to the file in use.
func (f *File) current() bool {
	if f.file == nil {
		return false
	}
	mine, err := f.file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(f.path)
	return err == nil && os.SameFile(mine, named)
}

// Close closes the file. A File that came from Files is closed when the last of
// those who opened it has closed it.
func (f *File) Close() error {
	if f.owner != nil && !f.owner.release(f) {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}

func isFifo(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&fs.ModeNamedPipe != 0
}
