//go:build unix

package child_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"supervisord/internal/child"
	"supervisord/internal/process"
	"supervisord/internal/testenv"
)

// roleVariable makes the test binary play a part instead of running tests: a Parent
// collects every exit in its process, so that some need a process of their own.
const roleVariable = "CHILD_TEST_ROLE"

func TestMain(m *testing.M) {
	play, found := roles[os.Getenv(roleVariable)]
	if !found {
		os.Exit(m.Run())
	}
	if err := play(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// The tests that have a Parent do not run in parallel: there may be only one.

// ignore is told of orphans.
func ignore(int, process.Exit) {}

// newParent returns a Parent that is closed at the end of the test, and what is left of
// its children killed.
func newParent(t *testing.T) *child.Parent {
	t.Helper()
	p, err := child.NewParent(slog.New(slog.DiscardHandler), true, ignore)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// run is what becomes of one start.
type run struct {
	t       *testing.T
	started chan *child.Child
	failed  chan error
	exited  chan process.Exit
	known   atomic.Bool // Started has returned
	early   atomic.Bool // Exited was called before that, or twice
}

// follow completes s with functions that report to the run it returns.
func follow(t *testing.T, s *child.Spec) *run {
	t.Helper()
	r := &run{t: t, started: make(chan *child.Child, 1), failed: make(chan error, 1), exited: make(chan process.Exit, 2)}
	if s.Environment.Base == nil {
		s.Environment.Base = os.Environ()
	}
	s.Started = func(c *child.Child) {
		r.started <- c
		r.known.Store(true)
	}
	s.Failed = func(err error) { r.failed <- err }
	s.Exited = func(e process.Exit) {
		if !r.known.Load() || len(r.exited) > 0 {
			r.early.Store(true)
		}
		r.exited <- e
	}
	return r
}

// launch starts s and returns its child, which does not outlive the test, with the
// supervisor's ends of its pipes as files.
func launch(t *testing.T, p *child.Parent, s *child.Spec) (*run, *started) {
	t.Helper()
	r := follow(t, s)
	p.Start(s)
	select {
	case err := <-r.failed:
		t.Fatalf("%s: %v", s.Command, err)
	case c := <-r.started:
		return r, newStarted(t, p, c)
	case <-time.After(testenv.Patience):
		t.Fatalf("%s: nothing happened for %v", s.Command, testenv.Patience)
	}
	return nil, nil
}

// started is a child and its pipes.
type started struct {
	pid                   int
	stdin, stdout, stderr *os.File // stderr is nil if joined
}

func newStarted(t *testing.T, p *child.Parent, c *child.Child) *started {
	t.Helper()
	s := &started{pid: c.PID, stdin: file(c.Stdin, "stdin"), stdout: file(c.Stdout, "stdout"), stderr: file(c.Stderr, "stderr")}
	t.Cleanup(func() {
		_ = p.Signal(s.pid, int(syscall.SIGKILL), true) // it may have ended
		for _, f := range []*os.File{s.stdin, s.stdout, s.stderr} {
			if f != nil {
				_ = f.Close() // the test may have done so
			}
		}
	})
	return s
}

func file(fd int, name string) *os.File {
	if fd < 0 {
		return nil
	}
	return os.NewFile(uintptr(fd), name)
}

// fails starts s, which must not succeed, and returns the reason.
func fails(t *testing.T, p *child.Parent, s *child.Spec) error {
	t.Helper()
	r := follow(t, s)
	p.Start(s)
	select {
	case c := <-r.started:
		newStarted(t, p, c)
		t.Fatalf("%s: was started", s.Command)
	case err := <-r.failed:
		return err
	case <-time.After(testenv.Patience):
		t.Fatalf("%s: nothing happened for %v", s.Command, testenv.Patience)
	}
	return nil
}

// exit returns how the child ended.
func (r *run) exit() process.Exit {
	r.t.Helper()
	e := receive(r.t, r.exited, "the child's exit")
	if r.early.Load() {
		r.t.Error("the exit was told before Started had returned, or twice")
	}
	return e
}

func receive[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(testenv.Patience):
		t.Fatalf("%v passed without %s", testenv.Patience, what)
	}
	panic("not reached")
}

// eventually waits for something that tells nobody of it.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	end := time.After(testenv.Patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("%v passed, and still not: %s", testenv.Patience, what)
		}
	}
}

// playing prepares the test binary to play a role in a process of its own.
func playing(t *testing.T, role string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), testenv.Patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self, args...)
	// The last two keep an instrumented binary from complaining and from dawdling at its end.
	cmd.Env = append(os.Environ(), roleVariable+"="+role, "GOCOVERDIR="+t.TempDir(), "GORACE=atexit_sleep_ms=0")
	cmd.WaitDelay = time.Second
	return cmd
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		missing(t, "needs root")
	}
}
