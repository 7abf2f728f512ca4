package output

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// Files shares log files: everybody who opens the same path gets the same File, so
// that two streams or two processes can write to one log and rotate it together.
// The zero value is ready for use.
type Files struct {
	mu   sync.Mutex
	open map[string]*File // by canonical path
}

// Open opens the log at path or joins those who have it open already; the options
// of the latest call then hold for all. Each Open needs one File.Close.
func (fs *Files) Open(path string, o FileOptions) (*File, error) {
	key := canonical(path)
	fs.mu.Lock()
	f := fs.open[key]
	if f == nil {
		f = newFile(path)
		f.owner = fs
		if fs.open == nil {
			fs.open = make(map[string]*File)
		}
		fs.open[key] = f
	}
	f.refs++
	fs.mu.Unlock()

	// The slow part, under the lock of this one file only.
	f.mu.Lock()
	f.opts = o
	var err error
	if f.file == nil {
		err = f.reopen()
	}
	f.mu.Unlock()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// release gives one share of f back and reports whether it was the last.
func (fs *Files) release(f *File) bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f.refs--
	if f.refs != 0 {
		return false
	}
	for key, other := range fs.open {
		if other == f {
			delete(fs.open, key)
		}
	}
	return true
}

// ReopenAll opens every file anew, each once, and returns all that went wrong.
func (fs *Files) ReopenAll() error {
	var errs []error
	for _, f := range fs.all() {
		errs = append(errs, f.Reopen())
	}
	return errors.Join(errs...)
}

// Clear empties the log at path, whether or not anybody has it open. It fails with
// ErrNoFile if there is no regular file.
func (fs *Files) Clear(path string) error {
	if f := fs.lookup(path); f != nil {
		return f.Clear()
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return noFile(path, err)
	}
	return os.Truncate(path, 0)
}

// Read is the function Read, except that it never misses a file that is just being
// rotated here.
func (fs *Files) Read(path string, offset, length int64) ([]byte, error) {
	return read(fs.openToRead, path, offset, length)
}

// Tail is the function Tail, except that it never misses a file that is just being
// rotated here.
func (fs *Files) Tail(path string, offset, length int64) (data []byte, size int64, overflow bool, err error) {
	return tail(fs.openToRead, path, offset, length)
}

func (fs *Files) openToRead(path string) (*os.File, int64, error) {
	if f := fs.lookup(path); f != nil {
		f.names.RLock()
		defer f.names.RUnlock()
	}
	return openToRead(path)
}

func (fs *Files) lookup(path string) *File {
	key := canonical(path)
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return fs.open[key]
}

func (fs *Files) all() []*File {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	files := make([]*File, 0, len(fs.open))
	for _, f := range fs.open {
		files = append(files, f)
	}
	return files
}

// canonical makes one key of all names that differ only in their directory part. It
// does not follow a link in the last part: that link is what the user named.
func canonical(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(dir, filepath.Base(path))
	}
	return path
}
