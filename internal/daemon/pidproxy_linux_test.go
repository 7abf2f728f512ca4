package daemon_test

import (
	"strconv"
	"strings"
	"syscall"
	"testing"

	"supervisord/client"
)

// background leaves a process behind that notes HUP, and takes its time to stop.
const background = `(trap 'echo hup >>DIR/out' HUP; trap 'sleep 0.3; echo stopped >>DIR/out; exit 0' TERM; echo up >>DIR/out; while :; do sleep 0.02; done) & echo $! >DIR/new.pid; mv DIR/new.pid DIR/x.pid
`

func TestProgramBehindAPidproxy(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("x", binary+" pidproxy DIR/x.pid /bin/sh DIR/background", "startsecs=0"))
	writeFile(t, s.path("background"), strings.ReplaceAll(background, "DIR", s.dir))
	s.start()
	says := func(want string) {
		t.Helper()
		s.until("out says "+want, func() bool { return exists(s.path("out")) && strings.HasSuffix(readFile(t, s.path("out")), want) })
	}
	pid := func() int {
		t.Helper()
		n, err := strconv.Atoi(strings.TrimSpace(readFile(t, s.path("x.pid"))))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := s.await("x", client.Running).PID
	says("up\n")
	s.until("the pidfile", func() bool { return exists(s.path("x.pid")) })
	if _, err := s.api.Signal(t.Context(), client.ParseSelector("x"), "HUP"); err != nil {
		t.Fatal(err)
	}
	says("up\nhup\n")

	if err := syscall.Kill(pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.awaitOther("x", before)
	s.awaitLog(`exited: x \(exit status 137; not expected\)`)
	says("up\nhup\nup\n")

	// The pidfile of before may not have been replaced yet.
	s.until("the new pidfile", func() bool { return syscall.Kill(pid(), 0) == nil })
	if _, err := s.api.Stop(t.Context(), client.ParseSelector("x"), client.WaitDone); err != nil {
		t.Fatal(err)
	}
	if got := readFile(t, s.path("out")); !strings.HasSuffix(got, "up\nstopped\n") {
		t.Errorf("when it is STOPPED, out is %q", got)
	}
	if err := syscall.Kill(pid(), 0); err == nil {
		t.Error("it runs on")
	}
}
