package output

import (
	"errors"
	"fmt"
	"os"
)

// empty is truncate, except that a follower who lags too far for what it has not read to
// be saved keeps the file: an empty one of the same mode and owner takes its place.
func (f *File) empty(file *os.File, line string) error {
	if f.lagging() {
		if f.replace(line) == nil {
			return nil
		}
		// Through a link, or in a directory that is not ours: it has to skip.
	}
	return f.truncate(file, line)
}

// lagging reports whether a follower has more to read than can be saved.
func (f *File) lagging() bool {
	if f.live == nil {
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
func (f *File) replace(line string) error {
	info, err := os.Lstat(f.path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", f.path)
	}
	path := f.path + ".new"
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
