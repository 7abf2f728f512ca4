//go:build unix

package compat

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"supervisord/internal/testenv"
)

// site is a directory with a daemon of ours, and a terminal in it where its supervisorctl
// is found and finds it.
type site struct {
	*testenv.Screen
	t      *testing.T
	dir    string
	env    []string
	client *testenv.Client
}

// openSite starts a daemon with the programs, and opens the terminal.
func openSite(t *testing.T, programs ...string) *site {
	t.Helper()
	t.Parallel()
	// Always of the same length, which shows where lines are cut.
	dir := fmt.Sprintf("/tmp/sv%08x", rand.Uint32())
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &site{t: t, dir: dir}
	s.env = []string{
		scriptMarker + dir, runMarker + strconv.Itoa(os.Getpid()),
		"PATH=" + buildOurs(t) + ":" + os.Getenv("PATH"), "TZ=UTC", "LANG=C.UTF-8",
		"XDG_STATE_HOME=" + filepath.Join(dir, "state"),
	}
	text := baseConfig + strings.Join(programs, "")
	if err := os.WriteFile(filepath.Join(dir, "supervisord.conf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { killLeftovers(scriptMarker + dir) })
	s.run("supervisord", "-d")
	s.client = testenv.Dial("unix", filepath.Join(dir, "s.sock"))
	s.Screen = testenv.OpenScreen(t, testenv.ScreenOptions{
		Dir: dir, Env: s.env, Scrub: testenv.Scrubber{Names: map[string]string{filepath.Base(dir): "svXXXXXXXX"}},
	})
	s.Await(`^\$$`)
	return s
}

// section is a program that can be written to, runs at once and only when asked for.
func section(name, command string) string {
	return fmt.Sprintf("[program:%s]\ncommand=%s\nautostart=false\nautorestart=false\nstartsecs=0\n", name, command)
}

// run runs a command of ours beside the terminal.
func (s *site) run(name string, args ...string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), testenv.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(buildOurs(s.t), name), args...)
	cmd.Dir, cmd.Env = s.dir, s.env
	if err := start(cmd); err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		s.t.Fatalf("%s %q: %v", name, args, err)
	}
}

// kill ends the daemon as no user should.
func (s *site) kill() {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "s.pid"))
	if err != nil {
		s.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		s.t.Fatal(err)
	}
}

// golden compares the screen with a golden file of the test.
func (s *site) golden(pattern, name string) {
	s.t.Helper()
	s.Golden(pattern, filepath.Join("testdata", "screen", name+".txt"))
}

func TestTailFollowsOnATerminalUntilCtrlC(t *testing.T) {
	s := openSite(t, section("cat", "/bin/cat"))
	s.run("supervisorctl", "start", "cat")
	s.Type("supervisorctl tail -f cat")
	s.Await("Press Ctrl-C")
	for _, line := range []string{"one\n", "two\n"} {
		if _, err := s.client.Call(t.Context(), "supervisor.sendProcessStdin", "cat", line); err != nil {
			t.Fatal(err)
		}
	}
	s.golden("^two$", "tail")
	s.Keys("C-c")
	s.Await(`^\$$`)
	s.Type("echo code $?")
	s.golden(`^code 0\n\$$`, "tail_left")
}

// What is typed goes to the program, both of its outputs are shown, and Ctrl-C comes
// back to the shell, which gets all that is typed from then on.
func TestForegroundOnATerminal(t *testing.T) {
	s := openSite(t, section("echo", `/bin/sh -c 'while read l; do echo out $l; echo err $l >&2; done'`))
	s.run("supervisorctl", "start", "echo")
	s.Type("supervisorctl fg echo")
	s.Await("Press Ctrl-C")
	s.Type("hello")
	s.Await("^err hello$")
	s.Await("^out hello$")
	s.Type("ünder")
	s.Await("^out ünder$")
	s.Await("^err ünder$")
	s.Keys("h", "a", "l", "f", "C-c")
	s.Await(`^Exiting foreground\n\$$`)
	s.Type("clear; echo code $?; supervisorctl status")
	s.golden(`RUNNING.*\n\$$`, "fg_left")
}

func TestForegroundShowsLinesInOrder(t *testing.T) {
	s := openSite(t, section("cat", "/bin/cat"))
	s.run("supervisorctl", "start", "cat")
	s.Type("supervisorctl fg cat")
	s.Await("Press Ctrl-C")
	s.Type("one")
	s.Await("^one\none$")
	s.Type("two")
	s.golden("^two\ntwo$", "fg")
	s.Keys("C-c")
	s.golden(`^\$$`, "fg_interrupted")
}

func TestForegroundEndsWithTheProgram(t *testing.T) {
	s := openSite(t, section("once", "/bin/sh -c 'read l; echo got $l'"))
	s.run("supervisorctl", "start", "once")
	s.Type("supervisorctl fg once; echo code $?")
	s.Await("Press Ctrl-C")
	s.Type("hello")
	s.golden(`^code 0\n\$$`, "fg_killed")
}

// Ctrl-D ends the input, and fg with it; the program goes on.
func TestForegroundEndsByCtrlD(t *testing.T) {
	s := openSite(t, section("cat", "/bin/cat"))
	s.run("supervisorctl", "start", "cat")
	s.Type("supervisorctl fg cat; echo code $?; supervisorctl status")
	s.Await("Press Ctrl-C")
	s.Keys("C-d")
	s.golden(`RUNNING.*\n\$$`, "fg_end_of_input")
}

func TestForegroundSaysThatTheDaemonIsGone(t *testing.T) {
	s := openSite(t, section("cat", "/bin/cat"))
	s.run("supervisorctl", "start", "cat")
	s.Type("supervisorctl fg cat; echo code $?")
	s.Await("Press Ctrl-C")
	s.kill()
	s.golden(`^code 1\n\$$`, "fg_gone")
}

// The table follows what happens elsewhere, and q gives the terminal back as it was.
func TestWatchOnATerminal(t *testing.T) {
	s := openSite(t, section("cat", "/bin/cat"), section("web", "/bin/cat"))
	s.run("supervisorctl", "start", "cat")
	s.Type("stty -g >before")
	s.Await(`before\n\$$`)
	s.Type("supervisorctl status -w")
	s.golden(" 1 STOPPED, 1 RUNNING", "watch")
	s.run("supervisorctl", "start", "web")
	s.golden(" 2 RUNNING", "watch_started")
	s.run("supervisorctl", "stop", "cat")
	s.golden(" 1 STOPPED, 1 RUNNING", "watch_stopped")
	s.Keys("q")
	s.Await(`^\$$`)
	s.Type("echo code $?; stty -g | cmp - before && echo as before")
	s.golden(`^as before\n\$$`, "watch_left")
}

func TestWatchHasMoreRowsThanTheTerminal(t *testing.T) {
	s := openSite(t, section("many", "/bin/cat")+"numprocs=30\nprocess_name=p%(process_num)02d\n")
	s.Type("supervisorctl status --watch many:*")
	s.golden("30 STOPPED", "watch_many")
	s.Keys("C-c")
	s.golden(`^\$ .*\n\$$`, "watch_many_left")
}

// A daemon that is away is waited for.
func TestWatchSaysThatTheDaemonIsGoneUntilItIsBack(t *testing.T) {
	s := openSite(t, section("cat", "/bin/cat"))
	s.Type("supervisorctl status -w")
	s.Await(" 1 STOPPED")
	s.run("supervisorctl", "shutdown")
	s.golden("trying again", "watch_gone")
	s.run("supervisord", "-d")
	s.run("supervisorctl", "start", "cat")
	s.golden(" 1 RUNNING", "watch_back")
}

func TestWatchInAPipeHasALinePerChange(t *testing.T) {
	s := openSite(t, section("cat", "/bin/cat"), section("web", "/bin/cat"))
	s.Type("supervisorctl status -w cat nope | cat")
	s.Await("STOPPED")
	s.run("supervisorctl", "start", "web", "cat")
	s.Await("RUNNING")
	s.run("supervisorctl", "stop", "all")
	s.golden("STOPPED.*\n(.*\n)*cat.*STOPPED", "watch_pipe")
	s.Keys("C-c")
	s.golden(`^\$$`, "watch_pipe_left")
}
