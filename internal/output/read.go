package output

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
)

var (
	// ErrBadArguments is returned for an offset and length that do not go together.
	ErrBadArguments = errors.New("bad arguments")
	// ErrNoFile is returned if there is no regular file to read or clear.
	ErrNoFile = errors.New("no log file")
)

// MaxRead is the most that one Read or Tail returns, in bytes. More is cut: Read
// keeps the beginning of what was asked for, except that the last bytes of a file
// (a negative offset) stay the last; Tail keeps the end.
const MaxRead = 16 << 20

// Read returns part of the log at path, by the rules of Python's readLog and
// readProcessStdoutLog: length bytes from offset; with length 0 all that follows
// offset; with a negative offset and length 0 the last -offset bytes. Anything else
// is ErrBadArguments. It counts bytes and may cut a character in two.
func Read(path string, offset, length int64) ([]byte, error) {
	return read(openToRead, path, offset, length)
}

// opener opens a regular file and returns its size.
type opener func(path string) (*os.File, int64, error)

func read(open opener, path string, offset, length int64) ([]byte, error) {
	if err := checkRead(offset, length); err != nil {
		return nil, err
	}
	file, size, err := open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	from, n := readSpan(size, offset, length)
	return readAt(file, from, n)
}

// checkRead returns ErrBadArguments for what Read does not take.
func checkRead(offset, length int64) error {
	if length < 0 || offset < 0 && length != 0 {
		return fmt.Errorf("%w: offset %d, length %d", ErrBadArguments, offset, length)
	}
	return nil
}

// readSpan returns where in a log of that size the answer to Read begins and how long it
// is; zero or less for an empty one.
func readSpan(size, offset, length int64) (from, n int64) {
	switch {
	case offset < 0:
		from = max(0, size+max(offset, -MaxRead))
		return from, size - from // at most MaxRead
	case length == 0 || length > size-offset:
		length = size - offset
	}
	return offset, min(length, MaxRead)
}

// Tail returns the end of the log at path, by the rules of Python's
// tailProcessStdoutLog: at most length bytes, the size of the log (the offset to ask
// for next), and overflow if the log has grown beyond offset+length, so that bytes
// between two calls may have been missed. There is nothing to return from an offset at
// the end or beyond it. Python's answer for a missing log is an empty one; here it is
// ErrNoFile.
func Tail(path string, offset, length int64) (data []byte, size int64, overflow bool, err error) {
	return tail(openToRead, path, offset, length)
}

func tail(open opener, path string, offset, length int64) (data []byte, size int64, overflow bool, err error) {
	file, size, err := open(path)
	if err != nil {
		return nil, 0, false, err
	}
	defer file.Close()
	from, n, overflow := tailSpan(size, offset, length)
	data, err = readAt(file, from, n)
	return data, size, overflow, err
}

// tailSpan is readSpan for Tail.
func tailSpan(size, offset, length int64) (from, n int64, overflow bool) {
	overflow = size > clamp(offset)+clamp(length)
	if offset >= size {
		return size, 0, overflow
	}
	n = min(length, size, MaxRead)
	return size - n, n, overflow
}

// clamp keeps the sum of two numbers from overflowing.
func clamp(n int64) int64 {
	const limit = math.MaxInt64 / 2
	return max(-limit, min(n, limit))
}

// openToRead is the opener of Read and Tail.
func openToRead(path string) (*os.File, int64, error) {
	// Opening a device can have effects of its own, so look first; then look again,
	// since the name may have changed hands.
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, 0, noFile(path, err)
	}
	file, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, 0, noFile(path, err)
	}
	info, err = file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, 0, errors.Join(noFile(path, err), file.Close())
	}
	return file, info.Size(), nil
}

// noFile is the error for a path that err (if any) keeps from being a regular file.
func noFile(path string, err error) error {
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s", ErrNoFile, path)
	}
	return err
}

// readAt reads up to length bytes; a file that has become shorter gives fewer.
func readAt(file *os.File, offset, length int64) ([]byte, error) {
	if length <= 0 {
		return []byte{}, nil
	}
	data := make([]byte, length)
	n, err := file.ReadAt(data, offset)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return data[:n], nil
}
