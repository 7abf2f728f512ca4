//go:build unix

package unixsocket

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// maxPath is how long a socket's path may be, in bytes: the kernel's field holds a NUL too.
const maxPath = len(unix.RawSockaddrUnix{}.Path) - 1

// Listen puts a listening socket at the path of spec; see the package's comment. What it
// says of stale sockets are Python's words.
func Listen(spec Spec, log *slog.Logger) (*Socket, error) {
	path := spec.Path
	if !filepath.IsAbs(path) {
		return nil, fmt.Errorf("the path of a socket must be absolute: %q", path)
	}
	temporary, err := temporaryPath(path, os.Getpid())
	if err != nil {
		return nil, err
	}
	unlock, err := lock(path)
	if err != nil {
		return nil, err
	}
	defer unlock()
	// The temporary name may be left over from a crash: pids are reused, in containers
	// at every start.
	for _, name := range []string{path, temporary} {
		if err := removeStale(name, log); err != nil {
			return nil, err
		}
	}
	f, err := bind(temporary, spec.Mode)
	if err != nil {
		return nil, err
	}
	ours, err := listen(f, temporary, spec)
	if err == nil {
		err = publish(os.Link, temporary, path)
	}
	if err != nil {
		_ = os.Remove(temporary) // the error to report is the other one
		_ = f.Close()
		if errors.Is(err, fs.ErrExist) {
			return nil, ErrInUse
		}
		return nil, err
	}
	return &Socket{File: f, path: path, ours: ours}, nil
}

// temporaryPath is path.pid, with path's last element cut short where that would be too
// long for a socket.
func temporaryPath(path string, pid int) (string, error) {
	if len(path) > maxPath {
		return "", fmt.Errorf("the path of a socket may have %d bytes, this one has %d: %s", maxPath, len(path), path)
	}
	suffix := "." + strconv.Itoa(pid)
	keep := min(len(path), maxPath-len(suffix))
	if keep <= len(path)-len(filepath.Base(path)) {
		return "", fmt.Errorf("the path of a socket leaves no room for its temporary name %s within %d bytes: %s", suffix, maxPath, path)
	}
	return path[:keep] + suffix, nil
}

// lock keeps other supervisors from opening the same socket until unlock is called. It
// does not wait: who holds the lock is about to own the socket.
func lock(path string) (unlock func(), err error) {
	name := path + ".opening"
	for {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
		if err != nil {
			return nil, err
		}
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
			_ = f.Close() // nothing was written
			if err == unix.EWOULDBLOCK {
				return nil, ErrInUse
			}
			return nil, &fs.PathError{Op: "lock", Path: name, Err: err}
		}
		if isFile(f, name) {
			return func() {
				_ = os.Remove(name) // a file left behind does no harm
				_ = f.Close()       // nothing was written
			}, nil
		}
		_ = f.Close() // its owner has finished and removed it since we opened it
	}
}

// isFile says whether name still is the file that f is.
func isFile(f *os.File, name string) bool {
	ours, err := f.Stat()
	if err != nil {
		return false
	}
	now, err := os.Lstat(name)
	return err == nil && os.SameFile(ours, now)
}

// removeStale removes a socket at name that nobody listens on. It is an error if somebody
// does, or if there is anything else than a socket, which Python's Supervisor deletes.
func removeStale(name string, log *slog.Logger) error {
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("%s exists and is no socket (%s); it is left alone: remove it, or choose another path",
			name, info.Mode())
	}
	switch err := connect(name); {
	case errors.Is(err, unix.ECONNREFUSED):
		log.Warn("Unlinking stale socket " + name) // Python's line
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	case errors.Is(err, unix.ENOENT): // its owner has just removed it
		return nil
	case err == nil, errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EPROTOTYPE): // accepted; queue full; a socket of another type
		return ErrInUse
	default:
		return &fs.PathError{Op: "connect", Path: name, Err: err}
	}
}

// connect tries whether somebody listens at name. It does not wait.
func connect(name string) error {
	fd, err := socket()
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }() // nothing was written
	if err := unix.SetNonblock(fd, true); err != nil {
		return err
	}
	return unix.Connect(fd, &unix.SockaddrUnix{Name: name})
}

// socket returns a new unix socket that children do not inherit. Not every system can
// say so at once, hence the lock, which package syscall holds while it forks.
func socket() (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	return fd, err
}

// bind makes a socket at name. Until it listens, connecting to it is refused whatever its
// mode. On Linux the file moreover begins with the mode of the descriptor, less the umask.
func bind(name string, mode os.FileMode) (*os.File, error) {
	fd, err := socket()
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	f := os.NewFile(uintptr(fd), name)
	_ = unix.Fchmod(fd, uint32(mode.Perm())) // elsewhere it is an error, and needless
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: name}); err != nil {
		_ = f.Close() // nothing was written
		return nil, &fs.PathError{Op: "bind", Path: name, Err: err}
	}
	return f, nil
}

// listen gives the bound socket f its mode and owner and lets clients connect. It returns
// what tells its file from others.
func listen(f *os.File, name string, spec Spec) (ours fs.FileInfo, err error) {
	if err := os.Chmod(name, spec.Mode.Perm()); err != nil {
		return nil, err
	}
	if err := os.Lchown(name, spec.UID, spec.GID); err != nil {
		return nil, err
	}
	if ours, err = os.Lstat(name); err != nil {
		return nil, err
	}
	backlog := spec.Backlog
	if backlog <= 0 {
		backlog = unix.SOMAXCONN
	}
	if err := unix.Listen(int(f.Fd()), backlog); err != nil {
		return nil, os.NewSyscallError("listen", err)
	}
	return ours, nil
}

// publish gives the socket at temporary its real name, and fails with fs.ErrExist if
// that has been taken, perhaps by a program that knows nothing of our lock. Without hard
// links (link fails in another way) the lock alone must do.
func publish(link func(oldname, newname string) error, temporary, path string) error {
	err := link(temporary, path)
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	if err != nil {
		return os.Rename(temporary, path)
	}
	return os.Remove(temporary)
}
