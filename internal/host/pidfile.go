package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// Pidfile is the file that tells others the pid of the daemon. It stays open and locked
// as long as the daemon lives, so a second daemon with the same pidfile cannot start,
// while a file that a crash has left behind is no obstacle. One goroutine may use it.
//
// What Python's daemon does not do: it takes over the pidfile of a daemon that lives.
type Pidfile struct {
	path string
	file *os.File // nil once removed, and for a device
}

// errReplaced says that the file was removed or replaced between opening and locking.
var errReplaced = errors.New("it was replaced meanwhile")

// maxPidfileTries bounds the chase after a file that others keep replacing.
const maxPidfileTries = 10

// CreatePidfile writes "<pid>\n" to the file at path. The mode of a new file is 0666 less
// the umask. The descriptor is not inherited by programs.
//
// The error names path, and the other pid if a live daemon has the file. A character
// device such as /dev/null is written to and otherwise left alone. Anything else that is
// not a regular file is refused and not touched. So is a symbolic link: root would write
// through one that somebody has planted in a directory open to all. (Python follows the
// link when it writes, but removes the link and leaves the file when it ends.)
func CreatePidfile(path string) (*Pidfile, error) {
	p, err := createPidfile(path)
	for try := 1; try < maxPidfileTries && errors.Is(err, errReplaced); try++ {
		p, err = createPidfile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("pidfile %s: %w", path, bare(err))
	}
	return p, nil
}

func createPidfile(path string) (*Pidfile, error) {
	found, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist): // to be created
	case err != nil:
		return nil, err
	case found.Mode()&fs.ModeCharDevice != 0:
		return &Pidfile{path: path}, os.WriteFile(path, pidLine(), 0)
	case !found.Mode().IsRegular():
		return nil, fmt.Errorf("is a %s, not a regular file", kind(found.Mode()))
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|openFlags, 0o666)
	if err != nil {
		return nil, err
	}
	if err := fill(f, path); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Pidfile{path: path, file: f}, nil
}

// fill locks the file and writes our pid into it.
func fill(f *os.File, path string) error {
	free, err := lock(f)
	if err != nil {
		return err
	}
	if !free {
		return fmt.Errorf("another supervisord (%s) is running with it", owner(f))
	}
	switch same, err := isAt(f, path); {
	case err != nil:
		return err
	case !same:
		return errReplaced
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(pidLine(), 0)
	return err
}

// Remove deletes the file if the path still leads to it, and gives up the lock. A file
// that somebody else has put there stays. A second call does nothing.
func (p *Pidfile) Remove() error {
	if p.file == nil {
		return nil
	}
	f := p.file
	p.file = nil
	same, err := isAt(f, p.path)
	if err != nil || !same {
		return errors.Join(err, f.Close())
	}
	return removeOpen(f, p.path)
}

// isAt reports whether path, which is not followed if it is a link, leads to the regular
// file f.
func isAt(f *os.File, path string) (bool, error) {
	opened, err := f.Stat()
	if err != nil {
		return false, err
	}
	found, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return opened.Mode().IsRegular() && os.SameFile(opened, found), nil
}

// owner describes who has written the file.
func owner(f *os.File) string {
	text := make([]byte, 32)  // more than any pid
	n, _ := f.ReadAt(text, 0) // a short read is the rule
	pid, err := strconv.Atoi(strings.TrimSpace(string(text[:n])))
	if err != nil || pid <= 0 {
		return "pid unknown"
	}
	return fmt.Sprintf("pid %d", pid)
}

func pidLine() []byte {
	return fmt.Appendf(nil, "%d\n", os.Getpid())
}

// kind names what is neither a regular file nor a character device.
func kind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "directory"
	case mode&fs.ModeSymlink != 0:
		return "symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "block device"
	default:
		return "special file"
	}
}

// bare strips operation and path from the errors of package os, since ours name the path.
func bare(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return pathError.Err
	}
	return err
}
