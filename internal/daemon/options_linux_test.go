package daemon_test

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
)

// mode returns the permissions of a file.
func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

// show is a program that prints what it was given and stays.
const show = `/bin/sh -c 'umask; pwd; echo "$FROM_DAEMON $FROM_BOTH"; echo shown; exec /bin/sleep 1000'`

func TestUmaskDirectoryAndEnvironmentOfTheDaemonReachPrograms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := os.Mkdir(s.path("work"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.main = []string{"umask=027", "directory=DIR/work", `environment=FROM_DAEMON="daemon",FROM_BOTH="daemon"`}
	s.configure(
		program("a", show, "startsecs=0"),
		program("b", show, "startsecs=0", "umask=077", "directory=/", `environment=FROM_BOTH="program"`))
	d := s.start()
	s.await("a", client.Running)
	s.await("b", client.Running)
	s.awaitOutput("a", "0027\n"+s.path("work")+"\ndaemon daemon\nshown\n")
	s.awaitOutput("b", "0077\n/\ndaemon program\nshown\n")
	cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", d.pid()))
	if err != nil || cwd != s.path("work") {
		t.Errorf("the daemon is in %s, %v", cwd, err)
	}
	want := map[string]os.FileMode{"pidfile": 0o640, "AUTO log": 0o600, "socket": 0o700}
	got := map[string]os.FileMode{"pidfile": mode(t, s.path("s.pid")), "AUTO log": mode(t, s.info("a").StdoutLog), "socket": mode(t, s.path("s.sock"))}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("modes (-want +got)\n%s", d)
	}
	s.awaitLog(`INFO set current directory: 'DIR/work'`)
}

func TestDaemonGivesUpItsPrivilegesForAUser(t *testing.T) {
	needRoot(t)
	t.Parallel()
	nobody, err := user.Lookup("nobody")
	if err != nil {
		missing(t, err.Error())
	}
	s := newSite(t)
	if err := os.Chmod(s.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	s.main = []string{"user=nobody"}
	s.configure(
		program("id", `/bin/sh -c 'echo $(id -u) $(id -g) $(id -G)'`, "startsecs=0", "autorestart=false", "stdout_logfile=DIR/id"),
		program("root", "/bin/sleep 1000", "user=root", "startretries=0"))
	d := s.start()
	s.await("id", client.Exited)
	if got, want := readFile(t, s.path("id")), fmt.Sprintf("%s %s %s\n", nobody.Uid, nobody.Gid, nobody.Gid); got != want {
		t.Errorf("a program is %q, want %q", got, want)
	}
	for _, name := range []string{"Uid", "Gid"} {
		if got := numberOf(t, d.pid(), name); fmt.Sprint(got) != map[string]string{"Uid": nobody.Uid, "Gid": nobody.Gid}[name] {
			t.Errorf("the daemon has %s %d", name, got)
		}
	}
	if got, want := s.await("root", client.Fatal).Description, "couldn't setuid to 0: Can't drop privilege as nonroot user"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	s.awaitLog("INFO Set uid to user " + nobody.Uid + " succeeded")
	d.send(syscall.SIGTERM)
	if code := d.awaitExit(); code != 0 || exists(s.path("s.sock")) || exists(s.path("s.pid")) {
		t.Errorf("exit code %d\n%s", code, s.log())
	}
}

func TestChildlogdirIdentifierAndNocleanupRuleTheAutoLogs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	logs := s.path("logs")
	if err := os.Mkdir(logs, 0o755); err != nil {
		t.Fatal(err)
	}
	begin := func(options ...string) *daemon {
		s.main = append([]string{"childlogdir=" + logs, "identifier=mine"}, options...)
		s.configure(program("a", "/bin/sleep 1000", "startsecs=0"))
		d := s.start()
		s.await("a", client.Running)
		return d
	}
	end := func(d *daemon) {
		d.send(syscall.SIGTERM)
		d.awaitExit()
	}
	count := func() int {
		names, err := filepath.Glob(logs + "/*")
		if err != nil {
			t.Fatal(err)
		}
		return len(names)
	}
	d := begin()
	first := s.info("a")
	pattern := "^" + regexp.QuoteMeta(logs) + "/a-std(out|err)---mine-[A-Za-z0-9_]{8}\\.log$"
	for _, path := range []string{first.StdoutLog, first.StderrLog} {
		if !regexp.MustCompile(pattern).MatchString(path) || !exists(path) {
			t.Errorf("AUTO log %s", path)
		}
	}
	info, err := s.api.Supervisor(context.Background())
	if err != nil || info.Identifier != "mine" {
		t.Errorf("%+v, %v", info, err)
	}
	end(d)
	if !exists(first.StdoutLog) {
		t.Error("the log is gone after the end")
	}
	end(begin("nocleanup=true"))
	if !exists(first.StdoutLog) || count() != 4 {
		t.Errorf("nocleanup=true: %d logs", count())
	}
	foreign := filepath.Join(logs, "a-stdout---other-abcdefgh.log")
	writeFile(t, foreign, "")
	end(begin())
	if exists(first.StdoutLog) || !exists(foreign) || count() != 3 {
		t.Errorf("afterwards: %d logs", count())
	}
}

func TestSilentKeepsTheLogFromStandardOutput(t *testing.T) {
	t.Parallel()
	for _, silent := range []bool{false, true} {
		s := newSite(t)
		s.main = []string{fmt.Sprintf("silent=%v", silent)}
		s.configure(program("a", "/bin/sleep 1000", "startsecs=0"))
		d := s.start()
		s.await("a", client.Running)
		d.send(syscall.SIGTERM)
		d.awaitExit()
		out, log := readFile(t, d.stdout), readFile(t, s.path("s.log"))
		if !strings.Contains(log, "spawned: 'a'") {
			t.Errorf("silent=%v: the log is\n%s", silent, log)
		}
		if silent && out != "" || !silent && out != log {
			t.Errorf("silent=%v: standard output is\n%s", silent, out)
		}
	}
}

func TestStripAnsiCleansTheLogsOfPrograms(t *testing.T) {
	t.Parallel()
	for _, strip := range []bool{false, true} {
		s := newSite(t)
		s.main = []string{fmt.Sprintf("strip_ansi=%v", strip)}
		s.configure(program("a", `/usr/bin/printf "\\033[31mred\\033[0m\\n"`, "startsecs=0", "autorestart=false", "stdout_logfile=DIR/a.log"))
		s.start()
		s.await("a", client.Exited)
		want := "\x1b[31mred\x1b[0m\n"
		if strip {
			want = "red\n"
		}
		if got := readFile(t, s.path("a.log")); got != want {
			t.Errorf("strip_ansi=%v: %q, want %q", strip, got, want)
		}
	}
}

func TestMinfdsIsMadeSureOfOrRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.main = []string{"minfds=1500"}
	s.wrap = []string{"/bin/sh", "-c", `ulimit -S -n 1200; exec "$0" "$@"`}
	s.configure(program("a", `/bin/sh -c 'ulimit -S -n; exec /bin/sleep 1000'`, "startsecs=0"))
	s.start()
	s.await("a", client.Running)
	s.awaitLog("INFO Increased RLIMIT_NOFILE limit to 1500")
	s.awaitOutput("a", "1500\n")

	refused := newSite(t)
	refused.main = []string{"minfds=999999999"}
	refused.configure()
	got := refused.run("-n", "-c", refused.path("s.conf"))
	want := "Error: The minimum number of file descriptors required to run this process is 999999999"
	if got.Code != 2 || !strings.HasPrefix(got.Stderr, want) {
		t.Errorf("%+v", got)
	}
}

func TestLoglevelDecidesWhatIsLogged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.main = []string{"loglevel=warn"}
	s.configure(program("a", "/bin/sleep 1000", "startsecs=0"))
	d := s.start()
	s.await("a", client.Running)
	d.send(syscall.SIGTERM)
	d.awaitExit()
	if log := readFile(t, s.path("s.log")); strings.Contains(log, " INFO ") || !strings.Contains(log, " WARN ") {
		t.Error(log)
	}
}
