package output

import (
	"errors"
	"os"
)

// Clear empties the log. Its backups stay. What is not a regular file is left alone.
func (f *File) Clear() error {
	f.mu.Lock()
	defer f.unlock()
	if f.users == 0 {
		return nil
	}
	return f.clearOpen()
}

func (f *File) clearOpen() error {
	if !f.current() {
		if err := f.reopen(); err != nil {
			return err
		}
	}
	if f.file == nil || !f.regular {
		return nil
	}
	return f.empty(f.file, truncatedLine)
}

// clear is Clear, also for a File that nobody has open.
func (f *File) clear() error {
	f.mu.Lock()
	defer f.unlock()
	if f.users > 0 {
		return f.clearOpen()
	}
	info, err := os.Stat(f.path)
	if err != nil || !info.Mode().IsRegular() {
		return noFile(f.path, err)
	}
	file, err := os.OpenFile(f.path, os.O_WRONLY|openFlags, 0)
	if err != nil {
		return err
	}
	f.begin()
	return errors.Join(f.empty(file, truncatedLine), file.Close())
}
