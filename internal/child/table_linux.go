package child

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// table is a table of descriptors that one thread has to itself. The kernel copies the
// table of whoever forks, and closes the copies one by one when the child becomes its
// program: with the thousands of descriptors that a thousand programs need, that would
// take as long as the rest of a start. A nil table is that of the whole program.
type table struct {
	program int // a pidfd of the program, in this table; none until it is needed
}

// threadFDs lists the descriptors of the calling thread.
const threadFDs = "/proc/thread-self/fd"

// ownTable gives the calling thread a table of its own. From then on the numbers of the
// program's descriptors mean nothing on this thread, nor does a number from here mean
// anything elsewhere. Only what the Go runtime uses on any thread stays: its poller, and
// stderr, on which it tells why it crashes. The other standard streams are the null device,
// and so is a stderr that a daemon gives up later: whoever reads it would wait for this
// thread.
func ownTable(detaches bool) (*table, error) {
	mode, err := unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0)
	if err != nil || mode != 0 {
		// One that allows only what services usually call may kill for the others.
		return nil, errors.New("a filter of system calls (seccomp) is in force")
	}
	if err := unix.Access(threadFDs, unix.R_OK|unix.X_OK); err != nil {
		return nil, fmt.Errorf("%s: %w", threadFDs, err)
	}
	if err := tryBorrowing(); err != nil {
		return nil, err
	}
	time.AfterFunc(time.Hour, func() {}).Stop() // a timer needs the poller: it is there now
	if err := unix.Unshare(unix.CLONE_FILES); err != nil {
		return nil, fmt.Errorf("unshare descriptors: %w", err)
	}
	forget()
	muteStream(unix.Stdin)
	muteStream(unix.Stdout)
	if detaches {
		muteStream(unix.Stderr)
	}
	return &table{none}, nil
}

// tryBorrowing reports why a thread with a table of its own could not get at the
// descriptors of the program.
func tryBorrowing() error {
	t := &table{none}
	tried, err := t.borrow([]uintptr{uintptr(unix.Stderr)})
	t.giveBack(tried)
	closeAll(t.program)
	return err
}

// muteStream makes a standard stream of the calling thread the null device. Without one it
// stays what it is.
func muteStream(fd int) {
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	_ = unix.Dup3(null, fd, 0) // of two descriptors that are there
	closeAll(null)
}

// forget closes this thread's copies of the program's descriptors, or a file that the
// program closes would stay open here. One that cannot be closed does no other harm.
func forget() {
	entries, _ := os.ReadDir(threadFDs) // ownTable has looked whether it is there
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err != nil || fd <= unix.Stderr {
			continue
		}
		what, err := os.Readlink(threadFDs + "/" + e.Name())
		if err == nil && !strings.HasPrefix(what, "anon_inode:[event") { // eventpoll and eventfd
			closeAll(fd)
		}
	}
}

// lend returns what the program's descriptors are called on this thread.
func (t *table) lend(fds []uintptr) ([]uintptr, error) {
	if t == nil {
		return fds, nil
	}
	return t.borrow(fds)
}

// giveBack closes what lend has returned.
func (t *table) giveBack(fds []uintptr) {
	if t == nil {
		return
	}
	for i, fd := range fds {
		if !slices.Contains(fds[:i], fd) {
			closeAll(int(fd))
		}
	}
}

// borrow copies descriptors of the program to the table of the calling thread, each once.
func (t *table) borrow(fds []uintptr) (copies []uintptr, err error) {
	if t.program == none {
		program, err := unix.PidfdOpen(os.Getpid(), 0)
		if err != nil {
			return nil, os.NewSyscallError("pidfd_open", err)
		}
		t.program = program
	}
	for i, fd := range fds {
		if twin := slices.Index(fds[:i], fd); twin >= 0 {
			copies = append(copies, copies[twin])
			continue
		}
		c, err := unix.PidfdGetfd(t.program, int(fd), 0)
		if err != nil {
			t.giveBack(copies)
			return nil, os.NewSyscallError("pidfd_getfd", err)
		}
		copies = append(copies, uintptr(c))
	}
	return copies, nil
}
