package output

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
)

// lookEvery is how much is written before the true size of a file is looked at again,
// to notice that others have written to it too.
const lookEvery = 64 << 10

// rotateIfFull starts a new file once the one in use has reached MaxBytes, after n
// more bytes were written. After a failure the file grows by another MaxBytes before
// the next attempt.
func (f *File) rotateIfFull(n int64) error {
	if f.opts.MaxBytes <= 0 || !f.regular {
		return nil
	}
	f.known += n
	f.unseen += n
	if f.known < f.opts.MaxBytes && f.unseen < min(lookEvery, f.opts.MaxBytes/8) {
		return nil
	}
	// Others may have truncated or extended the file. The position that Seek sets has
	// no meaning of its own under O_APPEND.
	size, err := f.file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	f.known, f.unseen = size, 0
	if size < f.opts.MaxBytes || size < f.retryAt {
		return nil
	}
	if err := f.rotate(); err != nil {
		f.retryAt = size + f.opts.MaxBytes
		return err
	}
	return nil
}

// truncate empties the file in use.
func (f *File) truncate() error {
	if err := f.file.Truncate(0); err != nil {
		return err
	}
	f.known, f.unseen, f.retryAt = 0, 0, 0
	return nil
}

// rotate renames path.<n-1> to path.<n> and so on, the file in use to path.1, and
// opens path anew. A path that somebody else has moved or removed is only opened.
func (f *File) rotate() error {
	if !f.current() {
		return f.reopen()
	}
	if f.opts.Backups <= 0 {
		return f.truncate()
	}
	info, err := os.Lstat(f.path)
	if err != nil {
		return err
	}
	if err := f.shift(); err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return f.copyAndTruncate()
	}
	f.names.Lock()
	defer f.names.Unlock()
	if !renamesOpenFiles {
		f.drop()
	}
	if err := os.Rename(f.path, f.backup(1)); err != nil {
		return err
	}
	return f.reopen()
}

// shift makes room for a new path.1. It stops at the first free name, and touches
// nothing if a name is taken by anything but a regular file.
func (f *File) shift() error {
	free := f.opts.Backups
	for i := 1; i <= f.opts.Backups; i++ {
		info, err := os.Lstat(f.backup(i))
		if errors.Is(err, fs.ErrNotExist) {
			free = i
			break
		}
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is not a regular file", f.backup(i))
		}
	}
	for i := free; i > 1; i-- {
		if err := os.Rename(f.backup(i-1), f.backup(i)); err != nil {
			return err
		}
	}
	return nil
}

// copyAndTruncate rotates a file that path reaches through a symbolic link: renaming
// would move the link. The backups lie beside the link.
func (f *File) copyAndTruncate() (err error) {
	from, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return err
	}
	if err := os.Remove(f.backup(1)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	to, err := os.OpenFile(f.backup(1), os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Close()); err != nil {
		return errors.Join(err, os.Remove(f.backup(1)))
	}
	return f.truncate()
}

func (f *File) backup(n int) string {
	return f.path + "." + strconv.Itoa(n)
}
