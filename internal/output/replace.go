package output

import (
	"errors"
	"fmt"
	"os"
)

// newSuffix ends the name under which an empty file waits to take the place of a log. What
// a crash has left under that name is removed with the next one.
const newSuffix = ".new"

// empty is truncate, except that a follower who lags too far for what it has not read to
// be saved keeps the file: an empty one of the same mode and owner takes its place.
func (f *File) empty(file *os.File, line string) error {
	if f.lagging(file) && f.replace() == nil {
		return f.turnTo(line)
	}
	// Nobody lags; or, through a link or in a directory that is not ours, has to skip.
	return f.truncate(file, line)
}

// lagging reports whether a follower has more to read of file than can be saved.
func (f *File) lagging(file *os.File) bool {
	if !f.isLive(file) {
		return false
	}
	size, _, err := f.live.size()
	if err != nil {
		return false
	}
	for _, r := range f.followers {
		if r.unread(f.live, size) > maxSaved {
			return true
		}
	}
	return false
}

// replace puts an empty file in the place of the one that path leads to.
func (f *File) replace() error {
	info, err := os.Lstat(f.path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", f.path)
	}
	path := f.path + newSuffix
	if left, err := os.Lstat(path); err == nil && left.Mode().IsRegular() {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|openFlags, 0o600)
	if err != nil {
		return err
	}
	err = errors.Join(file.Chmod(info.Mode().Perm()), giveTo(file, info), file.Close())
	if err == nil {
		err = os.Rename(path, f.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// turnTo sends the followers, after a line unless it is empty, and our own writing on to
// what path leads to now.
func (f *File) turnTo(line string) error {
	f.endLive()
	if line != "" {
		for _, r := range f.followers {
			r.push(passage{text: []byte(line)})
		}
	}
	if f.users == 0 {
		f.begin()
		return nil
	}
	return f.reopen()
}
