package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// monotonic returns the time that programs report in.
func monotonic() int64 {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) // always there
	return t.Nano()
}

// since returns the time from then, in nanoseconds of the monotonic clock.
func since(then int64) time.Duration { return time.Duration(monotonic() - then) }

// cpuOf returns the CPU time that a process has used, with all of its threads past and
// present, without its children.
func cpuOf(pid int) (time.Duration, error) {
	// The clock of another process; see CPUCLOCK_SCHED in the kernel's posix-timers_types.h.
	const perProcess = 2
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|perProcess), &t); err != nil {
		return 0, fmt.Errorf("CPU clock of %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// figures reads "Name: number unit" lines of a file in /proc/<pid>.
func figures(pid int, file string) (map[string]float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
	if err != nil {
		return nil, err
	}
	out := make(map[string]float64)
	for line := range strings.Lines(string(text)) {
		name, rest, _ := strings.Cut(line, ":")
		var v float64
		if _, err := fmt.Sscan(rest, &v); err == nil {
			out[name] = v
		}
	}
	return out, nil
}
