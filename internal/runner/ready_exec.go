package runner

import (
	"context"
	"io"
	"os"
	"sync/atomic"
	"time"

	"supervisord/internal/child"
	"supervisord/internal/process"
)

// A command that finds out whether a program is up has that much time, and comes again after
// a pause that grows between the two bounds.
const (
	commandPatience = 10 * time.Second
	shortestPause   = 50 * time.Millisecond
	longestPause    = time.Second
)

// probeByCommand runs a command again and again, as the program would be run, until it
// ends with exit status 0 or ctx ends.
func (r *Runner) probeByCommand(ctx context.Context, command string) {
	for pause := shortestPause; ; pause = min(2*pause, longestPause) {
		if r.succeeds(ctx, command) {
			return
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// succeeds runs a command once. When it takes too long, or ctx ends, its process group is
// killed, and nobody waits for that.
func (r *Runner) succeeds(ctx context.Context, command string) bool {
	ctx, cancel := context.WithTimeout(ctx, commandPatience)
	defer cancel()
	parent, p := r.children.Parent, r.program()
	var pid atomic.Int64
	var written atomic.Pointer[os.File]
	defer func() {
		if f := written.Load(); f != nil {
			_ = f.Close() // who has outlived the command may hold the other end for ever
		}
	}()
	ended := make(chan bool, 1)
	kill := func() { _ = parent.Signal(int(pid.Load()), process.SIGKILL, true) } // it may be gone
	parent.Start(&child.Spec{
		Name:        p.Name,
		Command:     command,
		Dir:         p.Directory,
		Umask:       p.Umask,
		Environment: r.environment(),
		Credential:  func() (*child.Credential, error) { return ownCredential(p.User) },
		JoinStderr:  true,
		Stdin:       openNull,
		Started: func(c *child.Child) {
			f := os.NewFile(uintptr(c.Stdout), "output of a readiness command")
			written.Store(f)
			go discard(f)
			pid.Store(int64(c.PID))
			if ctx.Err() != nil {
				kill()
			}
		},
		Failed: func(error) { ended <- false },
		Exited: func(e process.Exit) { ended <- e == process.Exit{} },
	})
	select {
	case ok := <-ended:
		return ok
	case <-ctx.Done():
		if pid.Load() != 0 {
			kill()
		}
		return false
	}
}

// discard reads a pipe until its end or until it is closed: a command that writes must not
// wait for a reader.
func discard(f *os.File) {
	_, _ = io.Copy(io.Discard, f)
	_ = f.Close()
}
