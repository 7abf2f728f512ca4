package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// report is what a program says of itself.
type report struct {
	pid int
	at  int64 // when, by the monotonic clock, in nanoseconds
}

// reports are those of one fleet. They come through a fifo, so the contender that
// starts the programs has no part in them.
type reports struct {
	c    chan report
	fifo *os.File

	mu  sync.Mutex
	all []report // in the order of their arrival
}

// openReports makes the fifo and reads it until close.
func openReports(path string) (*reports, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if err := unix.Mkfifo(path, 0o600); err != nil {
		return nil, fmt.Errorf("make fifo %s: %w", path, err)
	}
	// For writing too, or it would end with each program.
	fifo, err := os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	r := &reports{c: make(chan report, 1<<16), fifo: fifo}
	go r.read()
	return r, nil
}

func (r *reports) read() {
	lines := bufio.NewScanner(r.fifo)
	for lines.Scan() {
		var one report
		if _, err := fmt.Sscan(lines.Text(), &one.pid, &one.at); err != nil {
			continue // not ours
		}
		if one.at == 0 { // a program that has no clock
			one.at = monotonic()
		}
		r.mu.Lock()
		r.all = append(r.all, one)
		r.mu.Unlock()
		r.c <- one
	}
}

// latest returns the time of the latest start that was reported.
func (r *reports) latest() (at int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.all {
		at = max(at, one.at)
	}
	return at
}

// count returns how many reports have come.
func (r *reports) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.all)
}

// known returns the pids that were reported, oldest first.
func (r *reports) known() []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	pids := make([]int, len(r.all))
	for i, one := range r.all {
		pids[i] = one.pid
	}
	return pids
}

// killAll kills what a contender has left behind: processes that reported, and still
// run the program.
func (r *reports) killAll(program string) {
	for _, pid := range r.known() {
		if exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); err == nil && exe == program {
			_ = unix.Kill(pid, unix.SIGKILL) // it may have ended just now
		}
	}
}

func (r *reports) close() error { return r.fifo.Close() }
