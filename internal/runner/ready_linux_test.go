package runner_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/bus"
	"supervisord/internal/child"
	"supervisord/internal/config"
	"supervisord/internal/process"
	"supervisord/internal/runner"
	"supervisord/internal/testenv"
)

// started is a real child and what is told of it.
type started struct {
	t      *testing.T
	runner *runner.Runner
	inputs chan process.Input
	pid    int
}

func start(t *testing.T, c *runner.Children, p config.Program) *started {
	t.Helper()
	s := &started{t: t, runner: c.New(&p), inputs: make(chan process.Input, 8)}
	s.runner.Start(child.Rank{}, func(in process.Input) { s.inputs <- in })
	spawned, ok := s.next().(process.Spawned)
	if !ok {
		t.Fatal("not spawned")
	}
	s.pid = spawned.PID
	t.Cleanup(func() { _ = syscall.Kill(-s.pid, syscall.SIGKILL) })
	return s
}

// next returns what is told next.
func (s *started) next() process.Input {
	s.t.Helper()
	select {
	case in := <-s.inputs:
		return in
	case <-time.After(testenv.Patience):
		s.t.Fatal("nothing more is told")
	}
	return nil
}

// want compares what is told next.
func (s *started) want(want ...process.Input) {
	s.t.Helper()
	for _, w := range want {
		if d := cmp.Diff(w, s.next()); d != "" {
			s.t.Error(d)
		}
	}
}

// kill ends the child; nothing may come but its death.
func (s *started) kill() {
	s.t.Helper()
	if err := s.runner.Signal(s.pid, process.SIGKILL, true); err != nil {
		s.t.Fatal(err)
	}
	s.want(process.Died{Exit: process.Exit{Code: -1, Signal: "SIGKILL"}})
}

// gate is a fifo: a child that reads from it goes on when open is called.
type gate string

func newGate(t *testing.T) gate {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gate")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return gate(path)
}

func (g gate) open(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(string(g), []byte("go\n"), 0); err != nil {
		t.Fatal(err)
	}
}

func readyBy(by config.ReadyBy, value, script string) config.Program {
	return config.Program{
		Name: "web", Program: "web", Group: "web", Command: fmt.Sprintf("/bin/sh -c %q", script),
		Readiness: config.Readiness{By: by, Value: value},
	}
}

// A program of s6's kind writes a newline to a descriptor, which is there and no other.
func TestReadyByDescriptor(t *testing.T) {
	c, g := realChildren(t, &bus.Bus{}), newGate(t)
	s := start(t, c, readyBy(config.ReadyFD, "5", fmt.Sprintf("ls /proc/self/fd >%s.fds; read x <%s; echo >&5; exec 5>&-; exec sleep 1000", g, g)))
	select {
	case in := <-s.inputs:
		t.Fatalf("%T before it is ready", in)
	default:
	}
	g.open(t)
	s.want(process.Ready{})
	s.kill()
	fds, err := os.ReadFile(string(g) + ".fds")
	if got := strings.Join(strings.Fields(string(fds)), " "); got != "0 1 2 3 5" || err != nil { // 3 is ls's own
		t.Errorf("descriptors %q, %v", got, err)
	}
}

// A descriptor that is closed without a newline says nothing.
func TestDescriptorClosedWithoutNewline(t *testing.T) {
	s := start(t, realChildren(t, &bus.Bus{}), readyBy(config.ReadyFD, "3", "printf x >&3; exit 4"))
	s.want(process.Died{Exit: process.Exit{Code: 4}})
}

func TestReadyByLog(t *testing.T) {
	c := realChildren(t, &bus.Bus{})
	s := start(t, c, readyBy(config.ReadyLog, "^up on :[0-9]+$", "echo up on :80; exec sleep 1000"))
	s.want(process.Ready{})
	s.kill()
}

func TestReadyByCommand(t *testing.T) {
	c, g := realChildren(t, &bus.Bus{}), newGate(t)
	p := readyBy(config.ReadyExec, fmt.Sprintf(`/bin/sh -c "head -c 200000 /dev/zero; test -e %s.up"`, g),
		fmt.Sprintf("read x <%s; touch %s.up; exec sleep 1000", g, g))
	s := start(t, c, p)
	g.open(t)
	s.want(process.Ready{})
	s.kill()
	// One that hangs is killed with its program: its end of the pipe is closed.
	pipe := newGate(t)
	s = start(t, c, readyBy(config.ReadyExec, fmt.Sprintf("/bin/sh -c 'echo begun >%s; exec sleep 1000 >%s'", pipe, pipe), "exec sleep 1000"))
	said, err := os.Open(string(pipe)) // waits for the command
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = said.Close() }()
	var buf [16]byte
	if n, err := said.Read(buf[:]); string(buf[:n]) != "begun\n" || err != nil {
		t.Fatalf("%q, %v", buf[:n], err)
	}
	s.kill()
	if _, err := io.Copy(io.Discard, said); err != nil { // waits for its end
		t.Error(err)
	}
}

// What a command has left behind is not listened to when the command has ended: the next
// would leave another pipe open.
func TestCommandLeavesNoPipeBehind(t *testing.T) {
	c, g := realChildren(t, &bus.Bus{}), newGate(t)
	opened := func(command string) int {
		s := start(t, c, readyBy(config.ReadyExec, command, "exec sleep 1000"))
		s.want(process.Ready{})
		files, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.kill)
		return len(files)
	}
	first, second := opened("true"), opened("true")
	third := opened(fmt.Sprintf("/bin/sh -c 'read x <%s & exit 0'", g))
	g.open(t)
	if third-second != second-first {
		t.Errorf("%d, %d, then %d descriptors are open", first, second, third)
	}
}

// A port is asked until somebody listens; the question ends with the child.
func TestReadyByProbe(t *testing.T) {
	c := realChildren(t, &bus.Bus{})
	asked := make(chan config.Readiness, 2)
	up := make(chan struct{})
	c.Probe = func(ctx context.Context, r config.Readiness) {
		asked <- r
		select {
		case <-up:
		case <-ctx.Done():
		}
	}
	p := readyBy(config.ReadyTCP, "localhost:80", "exec sleep 1000")
	s := start(t, c, p)
	s.kill()
	s = start(t, c, p)
	close(up)
	s.want(process.Ready{})
	s.kill()
	if got := <-asked; got != p.Readiness {
		t.Error(got)
	}
}

// A program of systemd's kind: it says what it does, that it is ready, and that it lives.
func TestReadyByNotify(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("python3 is not installed")
	}
	const client = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect(os.environ['NOTIFY_SOCKET'].replace('@', '\0', 1))
s.send(b'STATUS=loading')
open(sys.argv[1]).read()
s.send(b'READY=1\nSTATUS=Serving ' + os.environ.get('WATCHDOG_USEC', 'nobody').encode())
open(sys.argv[1]).read()
s.send(b'WATCHDOG=trigger')
open(sys.argv[1]).read()
`
	g := newGate(t)
	script := string(g) + ".py"
	if err := os.WriteFile(script, []byte(client), 0o600); err != nil {
		t.Fatal(err)
	}
	p := readyBy(config.ReadyNotify, "", "")
	p.Command = fmt.Sprintf("%s %s %s", python, script, g)
	p.Watchdog = time.Hour
	s := start(t, realChildren(t, &bus.Bus{}), p)
	g.open(t)
	s.want(process.Ready{})
	s.wantStatus("Serving 3600000000")
	g.open(t)
	s.want(process.Hung{Reason: "it says so (WATCHDOG=trigger)"})
	s.kill()
	s.wantStatus("")
}

// wantStatus compares what the child says of itself; it has said so already.
func (s *started) wantStatus(want string) {
	s.t.Helper()
	got := s.runner.Status()
	if got != want {
		s.t.Errorf("status %q, want %q", got, want)
	}
}

// Whoever says nothing for too long hangs. Other programs see no socket.
func TestWatchdog(t *testing.T) {
	c := realChildren(t, &bus.Bus{})
	p := readyBy(config.ReadyStartSecs, "", "exec sleep 1000")
	p.Watchdog = 50 * time.Millisecond
	s := start(t, c, p)
	s.want(process.Hung{Reason: "no WATCHDOG=1 within 0.05 seconds (watchdog_secs)"})
	s.kill()
	s = start(t, c, readyBy(config.ReadyStartSecs, "", `test -z "$NOTIFY_SOCKET$WATCHDOG_USEC"`))
	s.want(process.Died{})
}

// The sockets, pipes and questions of many starts leave nothing behind.
func TestChecksLeaveNothingOpen(t *testing.T) {
	c := realChildren(t, &bus.Bus{})
	open := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	before := 0
	for i := range 20 {
		for _, p := range []config.Program{readyBy(config.ReadyNotify, "", "exit 1"), readyBy(config.ReadyFD, "9", "exit 1")} {
			start(t, c, p).want(process.Died{Exit: process.Exit{Code: 1}})
		}
		p := readyBy(config.ReadyNotify, "", "")
		p.Command = "/no/such"
		failed := make(chan process.Input, 1)
		c.New(&p).Start(child.Rank{}, func(in process.Input) { failed <- in })
		<-failed
		if i == 9 {
			before = open()
		}
	}
	if after := open(); after > before+2 { // the latest may be about to close
		t.Errorf("%d descriptors, then %d", before, after)
	}
}
