package pidproxy

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// adoptOrphans makes this process the parent of what its children leave behind.
func adoptOrphans() bool { return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == nil }

// open follows a process by a descriptor (pidfd), which no other process can get: it is
// known at once when it has ended. Kernels before 5.3 have none, and filters of system
// calls may forbid it.
func open(pid int) (handle, error) {
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return handle{}, err
	}
	if err != nil {
		return lookAt(pid), nil
	}
	_ = unix.SetNonblock(fd, true) // or the next but one fails
	f := os.NewFile(uintptr(fd), "pidfd")
	raw, err := f.SyscallConn()
	if err != nil {
		return handle{}, err
	}
	end := make(chan struct{})
	go func() {
		if raw.Read(isReadable) == nil {
			close(end)
		}
	}()
	signal := func(s unix.Signal) (err error) {
		if cerr := raw.Control(func(fd uintptr) { err = unix.PidfdSendSignal(int(fd), s, nil, 0) }); cerr != nil {
			return cerr
		}
		return err
	}
	return handle{end, signal, func() { _ = f.Close() }}, nil // nothing was written
}

// isReadable reports whether the process of a pidfd has ended.
func isReadable(fd uintptr) bool {
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	return n > 0 && err == nil
}

// slack is how far the time at which a process started may be wrong: /proc counts from a
// boot time in whole seconds.
const slack = 2 * time.Second

// startedAfter reports whether a process is younger than that. If nobody knows, it is not.
func startedAfter(pid int, when time.Time) bool {
	start, err := startOf(pid)
	return err == nil && start.After(when.Add(slack))
}

// startOf returns when a process started.
func startOf(pid int) (time.Time, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return time.Time{}, err
	}
	// The name, in parentheses, may hold anything; starttime is the 20th field after it.
	const startTime, ticks = 19, 100
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) <= startTime {
		return time.Time{}, fmt.Errorf("/proc/%d/stat is too short", pid)
	}
	n, err := strconv.ParseInt(string(fields[startTime]), 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	var up unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &up); err != nil {
		return time.Time{}, err
	}
	return time.Now().Add(time.Duration(n)*time.Second/ticks - time.Duration(up.Nano())), nil
}
