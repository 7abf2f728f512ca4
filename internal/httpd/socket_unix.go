//go:build unix

package httpd

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

const addressInUse = unix.EADDRINUSE

// errnoName is how Python prints an error number.
func errnoName(number syscall.Errno) string { return "errno." + unix.ErrnoName(number) }

// maxPath is how long a socket's path may be, in bytes: the kernel's field holds a NUL too.
const maxPath = len(unix.RawSockaddrUnix{}.Path) - 1

// openUnix puts a listening socket at the path of spec; see the package's comment.
func openUnix(spec Spec, log *slog.Logger) (*listener, error) {
	path := spec.Address
	if !filepath.IsAbs(path) {
		return nil, fmt.Errorf("%s: the path of a socket must be absolute: %q", spec.Section, path)
	}
	temporary, err := temporaryPath(path, os.Getpid())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", spec.Section, err)
	}
	unlock, err := lock(spec)
	if err != nil {
		return nil, err
	}
	defer unlock()
	// The temporary name may be left over from a crash: pids are reused, in containers
	// at every start.
	for _, name := range []string{path, temporary} {
		if err := removeStale(name, spec, log); err != nil {
			return nil, err
		}
	}
	l, err := listenAt(temporary, spec)
	if err != nil {
		return nil, err
	}
	if err := publish(os.Link, temporary, path); err != nil {
		_ = os.Remove(temporary) // the error to report is the other one
		_ = l.Close()
		if errors.Is(err, fs.ErrExist) {
			return nil, inUse(spec)
		}
		return nil, bindError(spec, err)
	}
	return l, nil
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
func lock(spec Spec) (unlock func(), err error) {
	name := spec.Address + ".opening"
	for {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
		if err != nil {
			return nil, bindError(spec, err)
		}
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
			_ = f.Close() // nothing was written
			if err == unix.EWOULDBLOCK {
				return nil, inUse(spec)
			}
			return nil, bindError(spec, &fs.PathError{Op: "lock", Path: name, Err: err})
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
func removeStale(name string, spec Spec, log *slog.Logger) error {
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return bindError(spec, err)
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("%s: %s exists and is no socket (%s); it is left alone: remove it, or choose another path",
			spec.Section, name, info.Mode())
	}
	switch err := connect(name); {
	case errors.Is(err, unix.ECONNREFUSED):
		log.Warn("Unlinking stale socket " + name) // Python's line
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return bindError(spec, err)
		}
		return nil
	case errors.Is(err, unix.ENOENT): // its owner has just removed it
		return nil
	case err == nil, errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EPROTOTYPE): // accepted; queue full; a socket of another type
		return inUse(spec)
	default:
		return bindError(spec, &fs.PathError{Op: "connect", Path: name, Err: err})
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

// listenAt makes a listening socket at name, which must be free.
func listenAt(name string, spec Spec) (*listener, error) {
	f, err := bind(name, spec.Mode)
	if err != nil {
		return nil, bindError(spec, err)
	}
	defer func() { _ = f.Close() }() // the listener has a duplicate of its own
	l, err := listen(f, name, spec)
	if err != nil {
		_ = os.Remove(name) // the error to report is the other one
		return nil, bindError(spec, err)
	}
	return l, nil
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

// listen gives the bound socket f its mode and owner and lets clients connect.
func listen(f *os.File, name string, spec Spec) (*listener, error) {
	if err := os.Chmod(name, spec.Mode.Perm()); err != nil {
		return nil, err
	}
	if err := os.Lchown(name, spec.UID, spec.GID); err != nil {
		return nil, err
	}
	ours, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	if err := unix.Listen(int(f.Fd()), unix.SOMAXCONN); err != nil {
		return nil, os.NewSyscallError("listen", err)
	}
	l, err := net.FileListener(f)
	if err != nil {
		return nil, err
	}
	return &listener{
		Listener: l,
		url:      "unix://" + spec.Address,
		file:     l.(*net.UnixListener).File,
		// While the socket is open no other file can have its number. It goes on
		// listening until its name is gone, so that nobody finds it stale before.
		close: sync.OnceValue(func() error {
			return errors.Join(removeOurs(spec.Address, ours), l.Close())
		}),
	}, nil
}

// removeOurs removes path if it still is the file ours. Python's Supervisor removes
// whatever is there, so that a successor cannot be reached any more.
func removeOurs(path string, ours fs.FileInfo) error {
	now, err := os.Lstat(path)
	if err != nil || !os.SameFile(now, ours) {
		return nil // not ours to complain about
	}
	return os.Remove(path)
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
