package daemon_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"supervisord/client"
)

func TestExitSignalsEndTheDaemonInOrder(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT} {
		t.Run(unix.SignalName(sig), func(t *testing.T) {
			t.Parallel()
			s := newSite(t,
				program("a", "/bin/sleep 1000", "startsecs=0", "priority=1"),
				program("b", "/bin/sleep 1000", "startsecs=0", "priority=2"))
			d := s.start()
			s.await("a", client.Running)
			s.await("b", client.Running)
			d.send(sig)
			if code := d.awaitExit(); code != 0 {
				t.Errorf("exit code %d\n%s", code, s.log())
			}
			if left := s.descendants(); len(left) > 0 {
				t.Errorf("left running: %v", left)
			}
			for _, name := range []string{"s.pid", "s.sock"} {
				if exists(s.path(name)) {
					t.Errorf("%s is left", name)
				}
			}
			if s.count(fmt.Sprintf("WARN received %s indicating exit request", unix.SignalName(sig))) != 1 {
				t.Error(s.log())
			}
			if log := s.log(); strings.Index(log, "stopped: b") > strings.Index(log, "stopped: a") {
				t.Errorf("a, which started first, stopped first\n%s", log)
			}
		})
	}
}

// stubborn is a command that takes its time to stop, and tells when it can be stopped.
const stubborn = `/bin/sh -c 'trap "" TERM; echo ready; while :; do /bin/sleep 0.1; done'`

func TestSecondTermChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("stubborn", stubborn, "startsecs=0", "stopwaitsecs=1"))
	d := s.start()
	s.awaitOutput("stubborn", "ready\n")
	pid := s.info("stubborn").PID
	for n := range 3 {
		d.send(syscall.SIGTERM)
		s.until("the signal is noticed", func() bool { return s.count("received SIGTERM indicating exit request") == n+1 })
		if n < 2 && (d.ended() || !lives(pid)) {
			t.Errorf("another TERM did not wait\n%s", s.log())
		}
	}
	if code := d.awaitExit(); code != 0 || lives(pid) {
		t.Errorf("exit code %d, alive %v", code, lives(pid))
	}
	if s.count(`killing 'stubborn'`) != 1 {
		t.Error(s.log())
	}
}

// meant are the signals that mean something to the daemon, tell of a fault of its own,
// or belong to a terminal's job control.
var meant = map[syscall.Signal]bool{
	unix.SIGTERM: true, unix.SIGINT: true, unix.SIGQUIT: true, unix.SIGHUP: true, unix.SIGUSR2: true, unix.SIGCHLD: true,
	unix.SIGKILL: true, unix.SIGSTOP: true, unix.SIGTSTP: true, unix.SIGTTIN: true, unix.SIGTTOU: true,
	unix.SIGSEGV: true, unix.SIGBUS: true, unix.SIGFPE: true, unix.SIGILL: true, unix.SIGTRAP: true, unix.SIGABRT: true, unix.SIGSYS: true,
}

func TestOtherSignalsNeitherEndTheDaemonNorTouchItsPrograms(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("a", "/bin/sleep 1000", "startsecs=0"))
	d := s.start()
	pid := s.await("a", client.Running).PID
	for sig := syscall.Signal(1); sig <= 64; sig++ {
		if meant[sig] || sig >= 32 && sig <= 34 { // the C library's own, which Go cannot catch
			continue
		}
		d.send(sig)
		// One call after the other, so that it is known which one it did not survive.
		s.until(fmt.Sprintf("an answer after signal %d", sig), func() bool {
			if d.ended() {
				t.Fatalf("signal %d (%s) ended the daemon\n%s", sig, unix.SignalName(sig), readFile(t, d.stderr))
			}
			return s.serves()
		})
	}
	if got := s.info("a"); got.Phase != client.Running || got.PID != pid {
		t.Errorf("%+v", got)
	}
}

func TestHupRestartsInTheSameProcessWithTheNewConfiguration(t *testing.T) {
	t.Parallel()
	s := newSite(t,
		program("stays", "/bin/sleep 1000", "startsecs=0"),
		program("goes", "/bin/sleep 1000", "startsecs=0"),
		program("manual", "/bin/sleep 1000", "startsecs=0", "autostart=false"))
	d := s.start()
	before := s.await("stays", client.Running)
	gone := s.await("goes", client.Running)
	if _, err := s.api.Start(t.Context(), client.ParseSelector("manual"), client.WaitDone); err != nil {
		t.Fatal(err)
	}
	s.main = []string{"identifier=second"}
	s.configure(
		program("stays", "/bin/sleep 1000", "startsecs=0"),
		program("comes", "/bin/sleep 1000", "startsecs=0"),
		program("manual", "/bin/sleep 1000", "startsecs=0", "autostart=false"))
	d.send(syscall.SIGHUP)
	s.until("the second configuration is in use", func() bool {
		info, err := s.api.Supervisor(t.Context())
		return err == nil && info.Identifier == "second" && info.PID == d.pid()
	})
	s.awaitOther("stays", before.PID)
	s.await("comes", client.Running)
	infos, err := s.api.Status(t.Context(), client.All())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]client.Phase{}
	for _, i := range infos {
		got[i.Name] = i.Phase
	}
	want := map[string]client.Phase{"stays": client.Running, "comes": client.Running, "manual": client.Stopped}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if lives(gone.PID) || lives(before.PID) {
		t.Error("a program of before still runs")
	}
	if s.count("WARN received SIGHUP indicating restart request") != 1 || s.count(fmt.Sprintf("supervisord started with pid %d", d.pid())) != 2 {
		t.Error(s.log())
	}
}

func TestHupsOneAfterTheOtherLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("a", "/bin/sleep 1000", "startsecs=0"))
	d := s.start()
	s.await("a", client.Running)
	restart := func() {
		n := s.count("supervisord started with pid")
		d.send(syscall.SIGHUP)
		s.until("the restart", func() bool { return s.count("supervisord started with pid") == n+1 })
		s.until("it serves", s.serves)
		s.await("a", client.Running)
	}
	restart()
	before := descriptorsOf(t, d.pid())
	for range 3 {
		restart()
	}
	if d := cmp.Diff(before, descriptorsOf(t, d.pid())); d != "" {
		t.Errorf("descriptors after three more restarts (-before +after)\n%s", d)
	}
}

// descriptorsOf counts what a process has open, by kind.
func descriptorsOf(t *testing.T, pid int) map[string]int {
	t.Helper()
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, e := range entries {
		link, err := os.Readlink(dir + "/" + e.Name())
		if err != nil {
			continue // a connection that has just been closed
		}
		kind, _, _ := strings.Cut(link, ":[")
		if strings.Contains(kind, "---supervisor-") {
			kind = "an AUTO log"
		}
		kinds[kind]++
	}
	return kinds
}

func TestHupWithABrokenConfigurationChangesNothingAndSaysWhy(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("a", "/bin/sleep 1000", "startsecs=0"))
	d := s.start()
	before := s.await("a", client.Running)
	s.configure(program("a", "/bin/sleep 1000", "startsecs=ten"))
	d.send(syscall.SIGHUP)
	s.awaitLog(`ERRO restart refused: .*s\.conf:\d+: .*startsecs.*ten`)
	if err := s.api.Restart(t.Context()); err == nil {
		t.Error("restart over XML-RPC was not refused")
	}
	if got := s.info("a"); got.PID != before.PID || got.Phase != client.Running {
		t.Errorf("%+v", got)
	}
	if s.count("supervisord started with pid") != 1 {
		t.Error(s.log())
	}
}

func TestHupDuringAShutdownIsIgnored(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("stubborn", stubborn, "startsecs=0", "stopwaitsecs=1"))
	d := s.start()
	s.awaitOutput("stubborn", "ready\n")
	d.send(syscall.SIGTERM)
	s.awaitLog("received SIGTERM")
	d.send(syscall.SIGHUP)
	s.awaitLog(`WARN ignored SIGHUP indicating restart request \(shutdown in progress\)`)
	if code := d.awaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestTermDuringARestartEndsTheDaemon(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("stubborn", stubborn, "startsecs=0", "stopwaitsecs=1"))
	d := s.start()
	s.awaitOutput("stubborn", "ready\n")
	d.send(syscall.SIGHUP)
	s.awaitLog("received SIGHUP")
	d.send(syscall.SIGTERM)
	s.awaitLog("received SIGTERM")
	s.until("an end or another beginning", func() bool { return d.ended() || s.count("supervisord started with pid") > 1 })
	if !d.ended() {
		t.Errorf("it restarted\n%s", s.log())
	}
}

func TestUsr2ReopensLogsAfterARename(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("cat", "/bin/cat", "startsecs=0", "stdout_logfile=DIR/cat.log"))
	d := s.start()
	s.await("cat", client.Running)
	say := func(text string) {
		if err := s.api.WriteStdin(t.Context(), client.ParseSelector("cat"), text); err != nil {
			t.Fatal(err)
		}
	}
	say("before\n")
	s.awaitOutput("cat", "before\n")
	for _, name := range []string{"cat.log", "s.log"} {
		if err := os.Rename(s.path(name), s.path(name+".old")); err != nil {
			t.Fatal(err)
		}
	}
	d.send(syscall.SIGUSR2)
	s.until("there are new logs", func() bool { return exists(s.path("cat.log")) && exists(s.path("s.log")) })
	say("after\n")
	s.awaitOutput("cat", "after\n")
	if got := readFile(t, s.path("cat.log.old")); got != "before\n" {
		t.Errorf("the old log: %q", got)
	}
	// It stands in the new one if the daemon has noticed by itself that the log was moved.
	said := readFile(t, s.path("s.log.old")) + s.log()
	if strings.Count(said, "INFO received SIGUSR2 indicating log reopen request") != 1 {
		t.Error(said)
	}
	d.send(syscall.SIGTERM)
	s.awaitLog("received SIGTERM") // in the new one
}

func TestClosedStdoutDoesNotEndTheDaemon(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("a", "/bin/sleep 1000", "startsecs=0"))
	s.wrap = []string{"/bin/sh", "-c", `"$0" "$@" | head -n 1`}
	d := s.start()
	s.await("a", client.Running)
	before, err := s.api.Supervisor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 20 { // each writes lines
		if _, err := s.api.Stop(t.Context(), client.All(), client.WaitDone); err != nil {
			t.Fatal(err)
		}
		if _, err := s.api.Start(t.Context(), client.All(), client.WaitDone); err != nil {
			t.Fatal(err)
		}
	}
	if s.count("stopped: a") != 20 {
		t.Error("lines are missing in the log file")
	}
	if n := s.count("SIGPIPE"); n > 0 {
		t.Errorf("%d lines about SIGPIPE", n)
	}
	kill(t, before.PID, syscall.SIGTERM)
	d.awaitExit()
	if out := readFile(t, d.stdout); strings.Count(out, "\n") != 1 {
		t.Errorf("head printed %q", out)
	}
}
