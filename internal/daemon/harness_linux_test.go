package daemon_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"supervisord/client"
	"supervisord/internal/testenv"
)

// bound is how long a test waits for anything before it fails: longer without -short, when
// there is more to wait for. TestMain sets it.
var bound = testenv.Patience

// marker names the environment variable by which a daemon and all its descendants are
// known.
const marker = "SUPERVISORD_TEST_DIR"

// site is a directory with a configuration, and what runs from it.
type site struct {
	t    *testing.T
	dir  string
	main []string // options of [supervisord] beside the usual ones
	// wrap is a command that runs the daemon's command.
	wrap []string
	env  []string
	api  *client.Client
}

// newSite makes a directory that any user may enter; sockets need a short path. At the
// end of the test all that was started from it is killed.
func newSite(t *testing.T, programs ...string) *site {
	t.Helper()
	dir, err := os.MkdirTemp("", "sv")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &site{t: t, dir: dir}
	t.Cleanup(s.killAll)
	s.api, err = client.New(client.Options{ServerURL: "unix://" + s.path("s.sock"), Timeout: bound})
	if err != nil {
		t.Fatal(err)
	}
	s.configure(programs...)
	return s
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

// configure writes the configuration. In it, DIR is the directory of the site.
func (s *site) configure(programs ...string) {
	s.t.Helper()
	text := lines("[unix_http_server]", "file=DIR/s.sock",
		"[supervisord]", "logfile=DIR/s.log", "pidfile=DIR/s.pid", "childlogdir=DIR", lines(s.main...)) + lines(programs...)
	writeFile(s.t, s.path("s.conf"), strings.ReplaceAll(text, "DIR", s.dir))
}

// program is a section, with the options of most tests.
func program(name, command string, options ...string) string {
	return lines(append([]string{"[program:" + name + "]", "command=" + command}, options...)...)
}

// killAll kills every process that has the marker in its environment, by pid. The
// daemon comes first, lest it starts others.
func (s *site) killAll() {
	for again := true; again; {
		again = false
		for _, pid := range s.descendants() {
			again = true
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may just have ended
		}
	}
}

// descendants returns the daemon and whatever was started by it, zombies excepted.
func (s *site) descendants() []int {
	want := []byte(marker + "=" + s.dir)
	dirs, _ := filepath.Glob("/proc/[0-9]*") // the pattern is good
	var pids []int
	for _, dir := range dirs {
		env, err := os.ReadFile(dir + "/environ")
		if err != nil {
			continue // gone
		}
		for v := range bytes.SplitSeq(env, []byte{0}) {
			if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil && bytes.Equal(v, want) {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// daemon is a supervisord that runs in the foreground.
type daemon struct {
	*site
	cmd            *exec.Cmd
	stdout, stderr string        // files
	done           chan struct{} // closed when it has ended
}

// command prepares a run of the binary from the site.
func (s *site) command(args ...string) *exec.Cmd {
	words := append(append(slices.Clip(s.wrap), binary), args...)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), marker+"="+s.dir)
	cmd.Env = append(cmd.Env, s.env...)
	return cmd
}

// launch starts the daemon and does not wait for anything.
func (s *site) launch() *daemon {
	s.t.Helper()
	d := &daemon{site: s, cmd: s.command("-n", "-c", s.path("s.conf")), stdout: s.path("stdout"), stderr: s.path("stderr"), done: make(chan struct{})}
	out, err := os.Create(d.stdout)
	if err != nil {
		s.t.Fatal(err)
	}
	defer out.Close()
	stderr, err := os.Create(d.stderr)
	if err != nil {
		s.t.Fatal(err)
	}
	defer stderr.Close()
	d.cmd.Stdout, d.cmd.Stderr = out, stderr
	d.begin()
	return d
}

func (d *daemon) begin() {
	d.t.Helper()
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	go func() {
		_ = d.cmd.Wait() // the exit code is read later
		close(d.done)
	}()
	d.t.Cleanup(func() {
		_ = d.cmd.Process.Kill() // it may have ended
		<-d.done
	})
}

// start starts the daemon and waits until it serves.
func (s *site) start() *daemon {
	s.t.Helper()
	d := s.launch()
	d.awaitServing()
	return d
}

func (d *daemon) awaitServing() {
	d.t.Helper()
	d.until("the daemon serves", func() bool {
		if d.ended() {
			d.t.Fatalf("the daemon ended with %d\n%s%s", d.cmd.ProcessState.ExitCode(), readFile(d.t, d.stdout), readFile(d.t, d.stderr))
		}
		return d.serves()
	})
}

func (s *site) serves() bool {
	_, err := s.api.Supervisor(context.Background())
	return err == nil
}

func (d *daemon) pid() int { return d.cmd.Process.Pid }

func (d *daemon) ended() bool {
	select {
	case <-d.done:
		return true
	default:
		return false
	}
}

// awaitExit returns the exit code.
func (d *daemon) awaitExit() int {
	d.t.Helper()
	select {
	case <-d.done:
	case <-time.After(bound):
		d.t.Fatalf("the daemon still runs after %v\n%s", bound, d.log())
	}
	return d.cmd.ProcessState.ExitCode()
}

// until waits for something that tells nobody of it: the one place where tests poll.
func (s *site) until(what string, ok func() bool) {
	s.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	end := time.After(bound)
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			s.t.Fatalf("%v passed, and still not: %s\n%s", bound, what, s.log())
		}
	}
}

// logTail is how much of the daemon's log a failure shows.
const logTail = 3000

// log returns the end of the daemon's log.
func (s *site) log() string {
	text, _ := os.ReadFile(s.path("s.log")) // a test may have removed it
	return string(text[max(0, len(text)-logTail):])
}

// awaitLog waits for a line in the daemon's log and returns what pattern matched.
func (s *site) awaitLog(pattern string) string {
	s.t.Helper()
	re := regexp.MustCompile(strings.ReplaceAll(pattern, "DIR", regexp.QuoteMeta(s.dir)))
	var found string
	s.until("in the log: "+pattern, func() bool {
		text, _ := os.ReadFile(s.path("s.log")) // not there yet
		found = re.FindString(string(text))
		return found != ""
	})
	return found
}

// count returns how often pattern is in the daemon's log.
func (s *site) count(pattern string) int {
	s.t.Helper()
	return len(regexp.MustCompile(pattern).FindAllString(readFile(s.t, s.path("s.log")), -1))
}

// info describes one process.
func (s *site) info(name string) client.Info {
	s.t.Helper()
	infos, err := s.api.Status(s.t.Context(), client.ParseSelector(name))
	if err != nil {
		s.t.Fatalf("status of %s: %v\n%s", name, err, s.log())
	}
	return infos[0]
}

// await waits until a process is in a phase, and describes it.
func (s *site) await(name string, phase client.Phase) client.Info {
	s.t.Helper()
	var i client.Info
	s.until(name+" is "+phase.String(), func() bool {
		i = s.info(name)
		return i.Phase == phase
	})
	return i
}

// awaitOther waits until a process runs with another pid than before. While the daemon
// restarts it does not answer.
func (s *site) awaitOther(name string, before int) client.Info {
	s.t.Helper()
	var i client.Info
	s.until(name+" runs with another pid", func() bool {
		infos, err := s.api.Status(s.t.Context(), client.ParseSelector(name))
		if err != nil {
			return false
		}
		i = infos[0]
		return i.Phase == client.Running && i.PID != before
	})
	return i
}

// send sends the daemon a signal.
func (d *daemon) send(sig syscall.Signal) {
	d.t.Helper()
	if err := d.cmd.Process.Signal(sig); err != nil {
		d.t.Fatal(err)
	}
}

// kill sends any process a signal.
func kill(t *testing.T, pid int, sig syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, sig); err != nil {
		t.Fatalf("signal %d to %d: %v", sig, pid, err)
	}
}

// stat returns the state letter and the parent of a process; "" if there is none.
func stat(pid int) (state string, ppid int) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return "", 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	f := strings.Fields(rest)
	ppid, _ = strconv.Atoi(f[1])
	return f[0], ppid
}

// lives reports whether there is a process that is no zombie.
func lives(pid int) bool {
	state, _ := stat(pid)
	return state != "" && state != "Z" && state != "X"
}

// children returns the pids whose parent is pid, zombies among them.
func children(pid int) []int {
	dirs, _ := filepath.Glob("/proc/[0-9]*") // the pattern is good
	var pids []int
	for _, dir := range dirs {
		child, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		if _, parent := stat(child); parent == pid {
			pids = append(pids, child)
		}
	}
	return pids
}
