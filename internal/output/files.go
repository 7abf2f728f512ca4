package output

import (
	"errors"
	"maps"
	"os"
	"slices"
	"sync"
)

// Files shares log files: everybody who opens the same path gets the same File, so
// that two streams or two processes can write to one log and rotate it together.
// The zero value is ready for use.
type Files struct {
	work worker

	mu    sync.Mutex
	known map[string]*File // by canonical path
	dirs  directories
}

// Open opens the log at path or joins those who have it open already; the options
// of the latest call then hold for all. Each Open needs one File.Close.
func (fs *Files) Open(path string, o FileOptions) (*File, error) {
	f := fs.acquire(path)
	// The slow part, under the lock of this one file only.
	if err := f.open(path, o); err != nil {
		fs.release(f)
		return nil, err
	}
	return f, nil
}

// Limit gives the log at path, if somebody has it open, other limits: those of o that say
// when it is rotated and what becomes of its backups.
func (fs *Files) Limit(path string, o FileOptions) {
	key := fs.dirs.canonical(path)
	fs.mu.Lock()
	f := fs.known[key]
	if f != nil {
		f.refs++
	}
	fs.mu.Unlock()
	if f != nil {
		f.limit(o)
		fs.release(f)
	}
}

// Close breaks off what goes on in the background and waits for its end. A backup
// whose compression it breaks off stays as it is. Files that are open stay open, but
// nothing is compressed any more.
func (fs *Files) Close() { fs.work.close() }

// acquire returns the File of path, open or not. It needs one release.
func (fs *Files) acquire(path string) *File {
	key := fs.dirs.canonical(path)
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f := fs.known[key]
	if f == nil {
		f = newFile(path)
		f.owner, f.work = fs, &fs.work
		if fs.known == nil {
			fs.known = make(map[string]*File)
		}
		f.key = key
		fs.known[key] = f
	}
	f.refs++
	return f
}

// retain is acquire for a File at hand.
func (fs *Files) retain(f *File) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f.refs++
}

// release undoes one acquire or retain.
func (fs *Files) release(f *File) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f.refs--
	if f.refs == 0 {
		delete(fs.known, f.key)
	}
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
	f := fs.acquire(path)
	defer fs.release(f)
	return f.clear()
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
	key := fs.dirs.canonical(path)
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return fs.known[key]
}

func (fs *Files) all() []*File {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return slices.Collect(maps.Values(fs.known))
}
