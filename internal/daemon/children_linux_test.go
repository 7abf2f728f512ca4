package daemon_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
)

func TestKilledChildIsRestartedAndStatusSaysSo(t *testing.T) {
	t.Parallel()
	s := newSite(t,
		program("a", "/bin/sleep 1000", "startsecs=0", "autorestart=true"),
		program("b", "/bin/sleep 1000", "startsecs=0", "autorestart=unexpected"),
		program("c", "/bin/sleep 1000", "startsecs=0", "autorestart=false"))
	d := s.start()
	for _, name := range []string{"a", "b"} {
		before := s.await(name, client.Running)
		kill(t, before.PID, syscall.SIGKILL)
		after := s.awaitOther(name, before.PID)
		if _, parent := stat(after.PID); parent != d.pid() || !lives(after.PID) || lives(before.PID) {
			t.Errorf("%s: status says %d, a child of %d", name, after.PID, parent)
		}
	}
	before := s.await("c", client.Running)
	kill(t, before.PID, syscall.SIGKILL)
	type truth struct {
		PID, ExitStatus int
		SpawnErr        string
	}
	after := s.await("c", client.Exited)
	if d := cmp.Diff(truth{0, -1, "Bad exit code -1"}, truth{after.PID, after.ExitStatus, after.SpawnErr}); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	for _, name := range []string{"a", "b", "c"} {
		if n := s.count("WARN exited: " + name + ` \(terminated by SIGKILL; not expected\)`); n != 1 {
			t.Errorf("%s: %d lines tell of its death\n%s", name, n, s.log())
		}
	}
}

func TestProgramThatForksAwayIsExitedAndItsDaemonGoesOn(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("away", `/bin/sh -c 'setsid /bin/sleep 1000 & echo $! > DIR/pid; exit 0'`, "startsecs=0", "autorestart=false"))
	d := s.start()
	s.await("away", client.Exited)
	pid, err := strconv.Atoi(strings.TrimSpace(readFile(t, s.path("pid"))))
	if err != nil {
		t.Fatal(err)
	}
	if !lives(pid) {
		t.Fatal("the program's daemon was killed")
	}
	// It has the program's pipes open all the time; nobody waits for them.
	if _, err := s.api.Start(t.Context(), client.ParseSelector("away"), client.WaitDone); err != nil {
		t.Error(err)
	}
	s.until("the second one is there", func() bool { return strings.TrimSpace(readFile(t, s.path("pid"))) != strconv.Itoa(pid) })
	s.await("away", client.Exited)
	kill(t, pid, syscall.SIGKILL)
	s.awaitLog(fmt.Sprintf(`INFO reaped unknown pid %d \(terminated by SIGKILL\)`, pid))
	if slices.Contains(children(d.pid()), pid) {
		t.Error("a zombie is left")
	}
	d.send(syscall.SIGTERM)
	if code := d.awaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	second, err := strconv.Atoi(strings.TrimSpace(readFile(t, s.path("pid"))))
	if err != nil || !lives(second) {
		t.Errorf("the second one was killed: %v", err)
	}
}

func TestChildThatIgnoresTermIsKilledAfterStopwaitsecs(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("stubborn", `/bin/sh -c 'trap "" TERM; echo ready; while :; do /bin/sleep 0.1; done'`, "startsecs=0", "stopwaitsecs=1"))
	s.start()
	pid := s.await("stubborn", client.Running).PID
	s.awaitOutput("stubborn", "ready\n")
	if _, err := s.api.Stop(t.Context(), client.ParseSelector("stubborn"), client.WaitDone); err != nil {
		t.Fatal(err)
	}
	if got := s.info("stubborn"); got.Phase != client.Stopped || got.ExitStatus != -1 || lives(pid) {
		t.Errorf("%+v, alive %v", got, lives(pid))
	}
	for _, line := range []string{
		"INFO waiting for stubborn to stop", fmt.Sprintf(`WARN killing 'stubborn' \(%d\) with SIGKILL`, pid),
		`WARN stopped: stubborn \(terminated by SIGKILL\)`,
	} {
		if s.count(line) != 1 {
			t.Errorf("not in the log once: %s\n%s", line, s.log())
		}
	}
}

func TestCommandThatCannotRunIsFatalWithItsReason(t *testing.T) {
	t.Parallel()
	s := newSite(t,
		program("missing", "/no/such", "startretries=0"),
		program("plain", "DIR/plain", "startretries=0"),
		program("directory", "DIR", "startretries=0"),
		program("script", "DIR/script", "startretries=0", "redirect_stderr=true", "stdout_logfile=DIR/script.log"),
		program("dir", "/bin/true", "startretries=0", "directory=/no/such", "stderr_logfile=DIR/dir.log"),
		program("good", "/bin/sleep 1000", "startsecs=0"))
	writeFile(t, s.path("plain"), "#!/bin/sh\n")
	writeFile(t, s.path("script"), "echo no interpreter\n")
	if err := os.Chmod(s.path("script"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.start()
	want := map[string]string{
		"missing":   "can't find command '/no/such'",
		"plain":     "command at '" + s.path("plain") + "' is not executable",
		"directory": "command at '" + s.dir + "' is a directory",
		"script":    "couldn't exec " + s.path("script") + ": ENOEXEC",
		"dir":       "couldn't chdir to /no/such: ENOENT",
	}
	got := map[string]string{}
	for name := range want {
		got[name] = s.await(name, client.Fatal).Description
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	for name, code := range map[string]client.Code{
		"missing": client.NoFile, "plain": client.NotExecutable, "directory": client.NotExecutable,
		"script": client.SpawnError, "dir": client.SpawnError,
	} {
		_, err := s.api.Start(t.Context(), client.ParseSelector(name), client.WaitDone)
		if f, ok := errors.AsType[*client.Fault](err); !ok || f.Code != code {
			t.Errorf("start of %s: %v, want fault %d", name, err, code)
		}
	}
	// What Python's child writes before it ends.
	s.until("the log of dir", func() bool { return strings.Count(readFile(t, s.path("dir.log")), "\n") >= 4 })
	words := "supervisor: couldn't chdir to /no/such: ENOENT\nsupervisor: child process was not spawned\n"
	if d := cmp.Diff(words+words, readFile(t, s.path("dir.log"))); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	s.await("good", client.Running)
}

func TestStdinReachesTheChildAndComesBackThroughTheLog(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("cat", "/bin/cat", "startsecs=0"))
	s.start()
	s.await("cat", client.Running)
	for _, text := range []string{"one\n", "grüße\n", strings.Repeat("x", 100<<10) + "\n"} {
		if err := s.api.WriteStdin(t.Context(), client.ParseSelector("cat"), text); err != nil {
			t.Fatal(err)
		}
	}
	s.awaitOutput("cat", "one\ngrüße\n"+strings.Repeat("x", 100<<10)+"\n")
	if _, err := s.api.Stop(t.Context(), client.ParseSelector("cat"), client.WaitDone); err != nil {
		t.Fatal(err)
	}
	err := s.api.WriteStdin(t.Context(), client.ParseSelector("cat"), "more\n")
	if !errors.Is(err, client.NewFault(client.NotRunning, "cat")) {
		t.Errorf("stdin of a stopped process: %v", err)
	}
}

// awaitOutput waits until the stdout log of a process is want.
func (s *site) awaitOutput(name, want string) {
	s.t.Helper()
	var got string
	s.until("the output of "+name, func() bool {
		text, _ := os.ReadFile(s.info(name).StdoutLog) // not there yet
		got = string(text)
		return len(got) >= len(want)
	})
	if d := cmp.Diff(want, got); d != "" {
		s.t.Errorf("output of %s (-want +got)\n%s", name, d)
	}
}

// A program's user may be known to a directory service alone, which getent asks: a
// command of the daemon's own, in the midst of children that come and go.
func TestUserKnownToGetentAloneDoesNotFailStarts(t *testing.T) {
	needRoot(t)
	t.Parallel()
	s := newSite(t)
	if err := os.Mkdir(s.path("bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, s.path("bin/getent"), lines("#!/bin/sh", `case $1 in`,
		`passwd) echo "directory-user:x:65534:65534::/:/bin/sh";;`, `initgroups) echo "directory-user  65534";;`, `*) exit 2;;`, `esac`))
	if err := os.Chmod(s.path("bin/getent"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.env = []string{"PATH=" + s.path("bin") + ":/usr/bin:/bin"}
	var programs []string
	for i := range 20 {
		programs = append(programs, program(fmt.Sprintf("p%02d", i), "/bin/sleep 1000", "startsecs=0", "startretries=0", "user=directory-user", "stdout_logfile=NONE", "stderr_logfile=NONE"))
	}
	s.configure(programs...)
	s.start()
	for i := range 20 {
		var got client.Info
		name := fmt.Sprintf("p%02d", i)
		s.until(name+" has been started", func() bool {
			got = s.info(name)
			return got.Phase == client.Running || got.Phase == client.Fatal
		})
		if got.Phase != client.Running {
			t.Errorf("%s: %v %s", name, got.Phase, got.Description)
		}
	}
}
