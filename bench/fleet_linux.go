package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long anything may take before the turn is given up.
const patience = 2 * time.Minute

// fleet is one contender with its programs.
type fleet struct {
	*lab
	who     contender
	set     programs
	results *results

	home    string
	cmd     *exec.Cmd
	stdin   io.WriteCloser // of the C loop, whose order to stop it is
	begun   int64          // when it was executed
	reports *reports
	ended   chan struct{} // closed when the contender has exited
	stopped bool          // its programs were stopped
}

// launch starts a contender with its programs.
func (l *lab) launch(ctx context.Context, who contender, set programs) (*fleet, error) {
	l.lives++
	f := &fleet{lab: l, who: who, set: set, home: filepath.Join(l.dir, fmt.Sprint("fleet", l.lives)), ended: make(chan struct{})}
	if err := os.MkdirAll(filepath.Join(f.home, "log"), 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(f.conf(), []byte(set.config(f.home)), 0o600); err != nil {
		return nil, err
	}
	var err error
	if f.reports, err = openReports(l.fifo()); err != nil {
		return nil, err
	}
	// Not to be killed with ctx: close does that, and takes care of the programs.
	f.cmd = exec.CommandContext(context.WithoutCancel(ctx), l.binary, "-n", "-c", f.conf())
	switch who {
	case python:
		f.cmd = exec.CommandContext(context.WithoutCancel(ctx), pythonDaemon, "-n", "-c", f.conf())
	case cloop:
		f.cmd = exec.CommandContext(context.WithoutCancel(ctx), l.loop, set.loopArgs(f.home)...)
		if f.stdin, err = f.cmd.StdinPipe(); err != nil {
			return nil, errors.Join(err, f.reports.close())
		}
	case ours, contenders:
	}
	f.cmd.Dir = f.home
	// A Ctrl-C at the terminal is for us alone.
	f.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	f.begun = monotonic()
	if err := f.cmd.Start(); err != nil {
		return nil, errors.Join(err, f.reports.close())
	}
	go func() {
		_ = f.cmd.Wait() // how it ended is of no interest; a daemon that died fails elsewhere
		close(f.ended)
	}()
	return f, nil
}

func (f *fleet) conf() string { return filepath.Join(f.home, "conf") }
func (f *fleet) pid() int     { return f.cmd.Process.Pid }

func (f *fleet) add(w *row, value float64) { f.results.add(w, f.who, value) }

// awaitAll waits until every program has reported.
func (f *fleet) awaitAll(ctx context.Context) error {
	all := f.set.reporters()
	for n := range all {
		if _, err := f.next(ctx); err != nil {
			return fmt.Errorf("%d of %d programs run: %w", n, all, err)
		}
	}
	return nil
}

// next waits for the next report.
func (f *fleet) next(ctx context.Context) (report, error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case r := <-f.reports.c:
		return r, nil
	case <-f.ended:
		return report{}, errors.New("it has exited")
	case <-timer.C:
		return report{}, errors.New("no report from a program")
	case <-ctx.Done():
		return report{}, ctx.Err()
	}
}

// pause lets time pass.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// order tells the contender to stop its programs and to exit.
func (f *fleet) order() error {
	if f.who == cloop {
		return f.stdin.Close()
	}
	return f.cmd.Process.Signal(unix.SIGTERM)
}

// over reports whether the contender has exited.
func (f *fleet) over() bool {
	select {
	case <-f.ended:
		return true
	default:
		return false
	}
}

// exit waits for the contender's end.
func (f *fleet) exit(limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-f.ended:
		return nil
	case <-timer.C:
		return errors.New("does not end")
	}
}

// close ends the contender and its programs, whatever has happened before.
func (f *fleet) close() error {
	var err error
	if !f.over() {
		_ = f.order() // if it has just exited, exit sees it
		if err = f.exit(patience); err != nil {
			_ = f.cmd.Process.Kill() // exit below tells
			err = errors.Join(err, f.exit(patience))
		}
	}
	f.reports.killAll(f.set.argv[0])
	return errors.Join(err, f.reports.close())
}
