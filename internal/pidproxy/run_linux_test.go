package pidproxy_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"supervisord/internal/pidproxy"
	"supervisord/internal/testenv"
)

// roleVar makes the test binary the proxy: a process of its own, since it adopts and
// waits for whatever is left behind.
const roleVar = "PIDPROXY_TEST"

func TestMain(m *testing.M) {
	if os.Getenv(roleVar) == "" {
		os.Exit(m.Run())
	}
	os.Exit(pidproxy.Run(pidproxy.Options{
		PIDFile: os.Args[1], Command: os.Args[2:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	}))
}

// proxy is a proxy under test, in a directory with its pidfile, pid.
type proxy struct {
	t      *testing.T
	dir    string
	cmd    *exec.Cmd
	stderr string // a file
	done   chan struct{}
}

// start runs a shell script behind a proxy. What it leaves behind ends with the test, if
// it writes its pids to files that end in pid.
func start(t *testing.T, dir, script string) *proxy {
	t.Helper()
	return startWords(t, dir, "sh", "-c", script)
}

func startWords(t *testing.T, dir string, words ...string) *proxy {
	t.Helper()
	p := &proxy{t: t, dir: dir, done: make(chan struct{}), stderr: filepath.Join(dir, "stderr")}
	p.cmd = exec.Command(os.Args[0], append([]string{filepath.Join(dir, "pid")}, words...)...)
	p.cmd.Dir = dir
	p.cmd.Env = append(os.Environ(), roleVar+"=1")
	stderr, err := os.Create(p.stderr)
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	p.cmd.Stderr = stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // the exit code is read later
		close(p.done)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it may have ended
		<-p.done
		files, _ := filepath.Glob(dir + "/*pid") // the pattern is good
		for _, f := range files {
			if pid := pidIn(f); pid > 1 && pid != os.Getpid() {
				_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
			}
		}
	})
	return p
}

func pidIn(file string) int {
	text, _ := os.ReadFile(file)                            // it may not be there yet
	pid, _ := strconv.Atoi(strings.TrimSpace(string(text))) // nor complete
	return pid
}

// until waits until ok.
func (p *proxy) until(what string, ok func() bool) {
	p.t.Helper()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(testenv.Patience); !ok(); <-ticker.C {
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(p.stderr) // for the message alone
			p.t.Fatalf("still not: %s\n%s", what, text)
		}
	}
}

// file waits for a file with a pid in it.
func (p *proxy) file(name string) (pid int) {
	p.t.Helper()
	p.until(name, func() bool { pid = pidIn(filepath.Join(p.dir, name)); return pid > 1 })
	return pid
}

// ready waits for the file of that name: the proxy has begun.
func (p *proxy) ready() {
	p.t.Helper()
	p.until("ready", func() bool { _, err := os.Stat(p.dir + "/ready"); return err == nil })
}

// says waits until a file holds a text.
func (p *proxy) says(name, want string) {
	p.t.Helper()
	p.until(name+" says "+want, func() bool {
		text, _ := os.ReadFile(filepath.Join(p.dir, name)) // it may not be there yet
		return strings.Contains(string(text), want)
	})
}

func (p *proxy) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// exit waits for the end and checks the exit code.
func (p *proxy) exit(want int) {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(testenv.Patience):
		p.t.Fatal("the proxy still runs")
	}
	if got := p.cmd.ProcessState.ExitCode(); got != want {
		text, _ := os.ReadFile(p.stderr) // for the message alone
		p.t.Errorf("exit code %d, want %d\n%s", got, want, text)
	}
}

// ended reports whether a process has ended. If it was a child of the proxy, somebody has
// waited for it.
func ended(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// background is a script that leaves a process behind which notes HUP in the file out and
// ends with 7 a while after TERM.
const background = `echo $$ >command.pid; (trap 'echo hup >>out' HUP; trap 'sleep 0.3; exit 7' TERM; echo up >>out; while :; do sleep 0.02; done) & echo $! >new; mv new pid`

// orphan waits until that script has left its process behind.
func (p *proxy) orphan() (pid int) {
	p.t.Helper()
	pid = p.file("pid")
	p.says("out", "up")
	p.until("the command has ended", func() bool { return ended(pidIn(p.dir + "/command.pid")) })
	return pid
}

func TestCommandThatStaysInTheForeground(t *testing.T) {
	for script, want := range map[string]int{"exit 0": 0, "exit 3": 3, "kill -TERM $$": 143, "echo $$ >pid; exit 0": 0, "echo $$ >pid; exit 4": 4} {
		p := start(t, t.TempDir(), script)
		p.exit(want)
		if text, err := os.ReadFile(p.stderr); len(text) > 0 || err != nil { // it would say that it has waited
			t.Errorf("%s: %q, %v", script, text, err)
		}
	}
	startWords(t, t.TempDir(), "no-such-command-anywhere").exit(127)
	startWords(t, t.TempDir(), "/etc/passwd").exit(126)
}

func TestSignalsReachTheProcessInThePidfile(t *testing.T) {
	p := start(t, t.TempDir(), background)
	pid := p.orphan()
	p.signal(syscall.SIGHUP)
	p.says("out", "hup")
	p.signal(syscall.SIGTERM)
	p.exit(7)
	if !ended(pid) {
		t.Error("the proxy ended first")
	}
}

func TestDeathOfTheProcessInTheBackground(t *testing.T) {
	p := start(t, t.TempDir(), background)
	pid := p.orphan()
	begin := time.Now()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p.exit(137)
	if took := time.Since(begin); took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
}

// To be ended by the signal that was to end it is no failure.
func TestStopByTheSignalItself(t *testing.T) {
	p := start(t, t.TempDir(), "sleep 1000 & echo $! >new; mv new pid")
	p.file("pid")
	p.signal(syscall.SIGTERM)
	p.exit(0)
}

func TestPidfileComesLate(t *testing.T) {
	p := start(t, t.TempDir(), "(sleep 0.3; sh -c 'echo $$ >new; mv new pid; exec sleep 1000') &")
	pid := p.file("pid")
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p.exit(137)
}

func TestStopBeforeThePidfileIsThere(t *testing.T) {
	p := start(t, t.TempDir(), "(echo >ready; sleep 0.3; sh -c 'echo $$ >new; mv new pid; exec sleep 1000') &")
	p.ready()
	p.signal(syscall.SIGTERM)
	p.exit(0)
	if pid := p.file("pid"); !ended(pid) {
		t.Error("it runs on")
	}
}

// As long as somebody is there who may write one, the proxy stays.
func TestNoPidfileAtAll(t *testing.T) {
	p := start(t, t.TempDir(), "(echo >ready; sleep 0.5; echo >late) & exit 0")
	p.exit(0)
	if _, err := os.Stat(p.dir + "/late"); err != nil {
		t.Error("the proxy ended first")
	}
}

func TestSignalsWithoutAPidfile(t *testing.T) {
	p := start(t, t.TempDir(), "echo $$ >command.pid; exec sleep 1000")
	command := p.file("command.pid")
	p.signal(syscall.SIGHUP)
	p.says("stderr", "Can't read child pidfile "+p.dir+"/pid! (open "+p.dir+"/pid: no such file or directory)\n")
	if ended(command) {
		t.Error("HUP has ended the command")
	}
	p.signal(syscall.SIGTERM)
	p.exit(0)
}

func TestPidfilesThatNameNobody(t *testing.T) {
	for text, want := range map[string]string{
		"":           `no pid in it: ""`,
		"many":       `no pid in it: "many"`,
		"12 34":      `no pid in it: "12 34"`,
		"0":          "a process that gets no signals from here: 0",
		"-1":         "a process that gets no signals from here: -1",
		"1":          "a process that gets no signals from here: 1",
		"4294967297": `no pid in it: "4294967297"`,
		"2147483646": "process 2147483646 has ended",
	} {
		dir := t.TempDir()
		p := start(t, dir, "echo >ready; exec sleep 1000")
		p.ready()
		if err := os.WriteFile(dir+"/pid", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p.signal(syscall.SIGUSR1)
		p.says("stderr", "! ("+want+")\n")
		p.signal(syscall.SIGTERM)
		p.exit(0)
	}
	dir := t.TempDir()
	if err := syscall.Mkfifo(dir+"/pid", 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, dir, "echo >ready; exec sleep 1000")
	p.ready()
	p.signal(syscall.SIGTERM)
	p.exit(0)
	if err := os.Remove(dir + "/pid"); err != nil {
		t.Fatal(err)
	}
	p.says("stderr", "not a regular file")
}

// bystander is a process that has nothing to do with a proxy.
func bystander(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()         // it was killed
	})
	return cmd
}

// left writes a pidfile as somebody has left it an age ago.
func left(t *testing.T, dir string, pid int, age time.Duration) {
	t.Helper()
	name := filepath.Join(dir, "pid")
	if err := os.WriteFile(name, fmt.Appendln(nil, pid), 0o600); err != nil {
		t.Fatal(err)
	}
	when := time.Now().Add(-age)
	if err := os.Chtimes(name, when, when); err != nil {
		t.Fatal(err)
	}
}

func TestPidOfALeftoverPidfileMayBeThatOfAnother(t *testing.T) {
	other := bystander(t)
	dir := t.TempDir()
	left(t, dir, other.Process.Pid, time.Hour)
	p := start(t, dir, "echo >ready; exec sleep 1000")
	p.ready()
	p.signal(syscall.SIGTERM)
	p.exit(0)
	p.says("stderr", fmt.Sprintf("process %d is younger than the pidfile, and another one", other.Process.Pid))
	if err := other.Process.Signal(syscall.Signal(0)); err != nil || bytes.Contains(stat(t, other.Process.Pid), []byte(") Z ")) {
		t.Errorf("the bystander has ended: %v", err)
	}
}

func stat(t *testing.T, pid int) []byte {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The daemon has outlived an earlier proxy, and refuses to start twice.
func TestCommandFailsSinceItsDaemonRuns(t *testing.T) {
	other := bystander(t)
	dir := t.TempDir()
	left(t, dir, other.Process.Pid, 0)
	p := start(t, dir, "exit 3")
	p.says("stderr", fmt.Sprintf("the command has failed (exit code 3), but process %d of %s/pid runs\n", other.Process.Pid, dir))
	p.signal(syscall.SIGTERM)
	p.exit(0)
	if err := other.Wait(); err == nil || err.Error() != "signal: terminated" {
		t.Errorf("it ended with %v", err)
	}
}

// As mysqld_safe does: the command stays, starts its program again, and ends after it.
func TestCommandThatWatchesItsProgram(t *testing.T) {
	p := start(t, t.TempDir(), `trap : TERM; for i in 1 2; do sleep 1000 & echo $! >new; mv new pid; wait $!; done; exit 9`)
	first := p.file("pid")
	p.signal(syscall.SIGTERM)
	p.until("the next one", func() bool { return pidIn(p.dir+"/pid") != first })
	p.signal(syscall.SIGTERM)
	p.exit(9)
}

func TestCommandThatDoesNotEndAfterItsProgram(t *testing.T) {
	p := start(t, t.TempDir(), `sleep 1000 & echo $! >new; mv new pid; exec sleep 1001`)
	pid := p.file("pid")
	p.signal(syscall.SIGTERM)
	p.exit(0)
	if !ended(pid) {
		t.Error("the program runs on")
	}
}

// The pid of a program that has ended may be that of another by now, however long the
// file still names it.
func TestSignalsAfterTheEndOfTheProgramGoToNobodyOfItsPid(t *testing.T) {
	p := start(t, t.TempDir(), `trap "" HUP; echo $$ >command.pid; sleep 1000 & echo $! >new; mv new pid; exec sleep 1001`)
	pid, command := p.file("pid"), p.file("command.pid")
	p.until("the command waits for no children", func() bool { return bytes.Contains(stat(t, command), []byte("(sleep)")) })
	p.signal(syscall.SIGHUP) // it is followed
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p.until("the proxy knows", func() bool {
		p.signal(syscall.SIGHUP)
		text, _ := os.ReadFile(p.stderr) // a file of this test
		return strings.Contains(string(text), fmt.Sprintf("! (process %d has ended)\n", pid))
	})
	p.signal(syscall.SIGTERM)
	p.exit(0)
}

func TestHandOverToASuccessor(t *testing.T) {
	p := start(t, t.TempDir(), "(trap 'echo hup >>out' HUP; echo up >>out; while :; do sleep 0.02; done) & echo $! >pid; sleep 1000 & echo $! >second.pid")
	first, second := p.file("pid"), p.file("second.pid")
	p.says("out", "up")
	p.signal(syscall.SIGHUP)
	p.says("out", "hup") // it is followed
	if err := os.Rename(p.dir+"/second.pid", p.dir+"/pid"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p.until("the first has ended", func() bool { return ended(first) })
	p.signal(syscall.SIGTERM)
	p.exit(0)
	if !ended(second) {
		t.Error("the successor runs on")
	}
}
