package daemon_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"supervisord/client"
	"supervisord/internal/config"
)

// result is how a command ended.
type result struct {
	Code           int
	Stdout, Stderr string
}

// run runs the binary to its end. Its output goes to files, so that whoever inherits
// them does not hold it up.
func (s *site) run(args ...string) result {
	s.t.Helper()
	dir := s.t.TempDir()
	cmd := s.command(args...)
	out, err := os.Create(filepath.Join(dir, "out"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer out.Close()
	stderr, err := os.Create(filepath.Join(dir, "err"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer stderr.Close()
	cmd.Stdout, cmd.Stderr = out, stderr
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	d := &daemon{site: s, cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // the exit code is read later
		close(d.done)
	}()
	return result{d.awaitExit(), readFile(s.t, out.Name()), readFile(s.t, stderr.Name())}
}

// daemonPID returns the pid in the pidfile.
func (s *site) daemonPID() int {
	s.t.Helper()
	pid, err := strconv.Atoi(strings.TrimSpace(readFile(s.t, s.path("s.pid"))))
	if err != nil {
		s.t.Fatal(err)
	}
	return pid
}

func TestBackgroundDaemonServesWhenTheCommandReturns(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("a", `/bin/sh -c 'echo started >> DIR/starts; exec /bin/sleep 1000'`, "startsecs=0"))
	if d := cmp.Diff(result{}, s.run("-d", "-c", s.path("s.conf"))); d != "" {
		t.Fatalf("-want +got\n%s", d)
	}
	info, err := s.api.Supervisor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if pid := s.daemonPID(); pid != info.PID {
		t.Errorf("the pidfile has %d, the daemon is %d", pid, info.PID)
	}
	s.await("a", client.Running)
	s.until("the program has said so", func() bool { return exists(s.path("starts")) && readFile(t, s.path("starts")) != "" })
	if got := readFile(t, s.path("starts")); got != "started\n" {
		t.Errorf("started more than once: %q", got)
	}
	session, err := unix.Getsid(info.PID)
	if err != nil || session != info.PID {
		t.Errorf("session %d, %v", session, err)
	}
	var got []string
	for fd := range 3 {
		link, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", info.PID, fd))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, link)
	}
	if d := cmp.Diff([]string{"/dev/null", "/dev/null", "/dev/null"}, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if pids := s.descendants(); len(pids) != 2 {
		t.Errorf("%d processes, want the daemon and its program", len(pids))
	}
	kill(t, info.PID, syscall.SIGTERM)
	s.until("it has ended", func() bool { return !lives(info.PID) })
	if exists(s.path("s.pid")) || exists(s.path("s.sock")) || len(s.descendants()) > 0 {
		t.Errorf("left: pidfile %v, socket %v, processes %v", exists(s.path("s.pid")), exists(s.path("s.sock")), s.descendants())
	}
}

func TestBackgroundDaemonThatCannotStartGivesItsErrorAndCode(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("a", "/bin/sleep 1000", "startsecs=ten"))
	got := s.run("-d", "-c", s.path("s.conf"))
	if got.Code != 2 || !strings.Contains(got.Stderr, "startsecs") || !strings.HasPrefix(got.Stderr, "Error: ") {
		t.Errorf("%+v", got)
	}
	s.configure(program("a", "/bin/sleep 1000"))
	writeFile(t, s.path("s.conf"), strings.ReplaceAll(readFile(t, s.path("s.conf")), "/s.sock", "/nosuch/s.sock"))
	got = s.run("-d", "-c", s.path("s.conf"))
	if got.Code != 2 || !strings.Contains(got.Stderr, "ENOENT") || strings.Contains(got.Stderr, "panic") {
		t.Errorf("%+v", got)
	}
	if left := s.descendants(); len(left) > 0 {
		t.Errorf("left running: %v", left)
	}
}

func TestSecondDaemonRefusesAndLeavesTheFirstAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("a", "/bin/sleep 1000", "startsecs=0"))
	d := s.start()
	before := s.await("a", client.Running)
	for _, flag := range []string{"-n", "-d"} {
		got := s.run(flag, "-c", s.path("s.conf"))
		want := "Error: Another program is already listening on a port that one of our HTTP servers is configured to use.  Shut this program down first before starting supervisord."
		if got.Code != 2 || !strings.Contains(got.Stderr, want) {
			t.Errorf("%s: %+v", flag, got)
		}
	}
	if pid := s.daemonPID(); pid != d.pid() {
		t.Errorf("the pidfile has %d, the daemon is %d", pid, d.pid())
	}
	if got := s.info("a"); got.PID != before.PID || len(s.descendants()) != 2 {
		t.Errorf("%+v, %v", got, s.descendants())
	}
	// Nor with a socket of its own, while it has the same pidfile.
	other := strings.ReplaceAll(readFile(t, s.path("s.conf")), "s.sock", "other.sock")
	writeFile(t, s.path("other.conf"), other)
	got := s.run("-n", "-c", s.path("other.conf"))
	if got.Code != 2 || !strings.Contains(got.Stderr, fmt.Sprintf("another supervisord (pid %d) is running with it", d.pid())) {
		t.Errorf("%+v", got)
	}
	if !s.serves() || s.daemonPID() != d.pid() || exists(s.path("other.sock")) {
		t.Error("the first was disturbed, or the second left something")
	}
}

func TestStartAfterASigkillCopesWithWhatIsLeft(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("a", "/bin/sleep 1000", "startsecs=0"))
	d := s.start()
	orphan := s.await("a", client.Running)
	d.send(syscall.SIGKILL)
	d.awaitExit()
	if !exists(s.path("s.sock")) || !exists(s.path("s.pid")) {
		t.Fatal("nothing to cope with")
	}
	if !lives(orphan.PID) {
		t.Error("the program did not outlive the daemon")
	}
	next := s.start()
	after := s.await("a", client.Running)
	if s.daemonPID() != next.pid() || after.PID == orphan.PID {
		t.Errorf("pidfile %d, daemon %d; %+v", s.daemonPID(), next.pid(), after)
	}
	s.awaitLog(`Unlinking stale socket DIR/s\.sock`)
}

func TestProgramsInheritNoDescriptorOfTheDaemon(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("a", `/bin/sh -c 'echo ready; read line'`, "startsecs=0"))
	// As a shell may hand them down.
	s.wrap = []string{"/bin/sh", "-c", `exec 5</dev/null 7>/dev/null; exec "$0" "$@"`}
	s.start()
	s.awaitOutput("a", "ready\n")
	if d := cmp.Diff(map[string]int{"pipe": 3}, descriptorsOf(t, s.info("a").PID)); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestConfigurationOfFiveThousandProgramsIsRead(t *testing.T) {
	t.Parallel()
	const n = 5000
	var text strings.Builder
	text.WriteString("[supervisord]\n")
	filler := strings.Repeat("x", 400)
	for i := range n {
		text.WriteString(program(fmt.Sprintf("p%04d", i), "/bin/sleep 1000", "priority="+strconv.Itoa(i%7), `environment=A="%(program_name)s",B="`+filler+`"`, "stdout_logfile=NONE", "stderr_logfile=NONE"))
	}
	path := filepath.Join(t.TempDir(), "s.conf")
	writeFile(t, path, text.String())
	conf, problems := config.Load(config.Options{File: path})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if text.Len() < 2_500_000 || len(conf.Groups) != n {
		t.Fatalf("%d groups from %d bytes", len(conf.Groups), text.Len())
	}
	for _, g := range conf.Groups {
		if len(g.Programs) != 1 || g.Programs[0].Environment["A"] != g.Name {
			t.Fatalf("%+v", g)
		}
	}
}

func TestVersionNeedsNoConfiguration(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), binary, "version").Output()
	if err != nil || !strings.HasPrefix(string(out), "4.2.5") {
		t.Errorf("%q, %v", out, err)
	}
}

// A daemon in the background has nobody to tell twice that it serves.
func TestDaemonInTheBackgroundSurvivesRestarts(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("a", "/bin/sleep 1000", "startsecs=0"))
	if d := cmp.Diff(result{}, s.run("-d", "-c", s.path("s.conf"))); d != "" {
		t.Fatal(d)
	}
	for range 3 {
		before := s.await("a", client.Running)
		if err := s.api.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.awaitOther("a", before.PID)
	}
}
