package ctl_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/ctl"
	"supervisord/internal/testenv"
)

// The daemon and the client that Debian packages: Supervisor 4.2.5.
const (
	debianDaemon = "/usr/bin/supervisord"
	debianCtl    = "/usr/bin/supervisorctl"
)

const debianConfig = `
[unix_http_server]
file=%(here)s/s.sock
username=u
password=p
[supervisord]
logfile=%(here)s/s.log
pidfile=%(here)s/s.pid
childlogdir=%(here)s
nodaemon=true
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://%(here)s/s.sock
username=u
password=p
[program:web]
command=/bin/sh -c "echo hello; echo oops >&2; exec /bin/sleep 1000"
startsecs=0
[program:manual]
command=/bin/sleep 1000
startsecs=0
autostart=false
[program:slow]
command=/bin/sleep 1000
autostart=false
[program:fail]
command=/bin/false
startretries=0
autostart=false
[program:nofile]
command=/no/such
autostart=false
[program:dirx]
command=/etc
autostart=false
[program:quiet]
command=/bin/sleep 1000
startsecs=0
stdout_logfile=NONE
[program:ga]
command=/bin/sleep 1000
startsecs=0
[program:gb]
command=/bin/sleep 1000
startsecs=0
[group:grp]
programs=ga,gb
`

// The files that a step may put in the place of the first one.
var debianEdits = map[string]string{
	"added":   debianConfig + "[program:new]\ncommand=/bin/sleep 1000\nautostart=false\n",
	"changed": strings.Replace(debianConfig, "[program:manual]", "[program:manual]\npriority=5", 1),
	"broken":  debianConfig + "[program:new]\ncommand=/bin/sleep 1000\nstartsecs=ten\n",
}

// debianSteps are command lines, run one after the other. "edit X" puts a file in place;
// "await end" waits until the daemon has gone. After ~ comes a line whose output has no
// fixed order, since the daemon reports processes as they finish; its exit code is 0 or 1,
// for any error.
const debianSteps = `
status
status all nope
status web manual
status manual
status nope
status nope web
status nope manual
status grp
status grp:
status grp:* web nope nope:*
status grp:ga
status nope:x :x : a:b:c
status web web
pid
pid all
pid web manual
pid manual nope
pid nope web
pid grp:* grp:ga
version
version x
tail web
tail -3 web
tail -100 web stderr
tail web STDERR
tail web foo
tail -x web foo
tail web stdout extra
tail -2 web stdout extra
tail web a stderr
tail nope
tail grp:*
tail grp:
tail quiet
tail manual
tail
tail -5
tail -x web
tail - web
tail 5 web
tail --5 web
tail -f
tail -fx web
tail -f web foo
tail -f web stdout extra
tail web -f
tail -f nope
tail -f grp:*
tail -f quiet
maintail -f x
start
stop
restart
clear
signal
signal HUP
signal FOO web
signal FOO all
signal FOO manual
signal 28 web manual nope
signal winch grp:*
signal SIGWINCH nope:* web:web
signal 999 web
signal 28 :
start nope
start nope:*
start nope:* nope web
start :
start :x
start web nope nofile
start dirx
start fail
start manual slow
start manual
stop manual slow manual
stop nope
stop nope:*
~stop grp:*
stop grp:*
start grp:ga
start grp:*
~restart grp:*
restart manual
restart nope
restart nope:*
restart web nope
~stop all
stop all nope
~start all nope
status fail
clear web nope
clear quiet
clear grp:*
maintail -x
maintail foo
maintail -5 x
avail
avail x
reread
reread x
update
update nope web
update all nope
add
add web nope
remove
remove nope web
~stop manual fail
remove manual fail
status manual
reread
add manual
update
edit added
reread
avail
update manual
update new nope
update
edit changed
reread
update
status manual
edit broken
reread
update
bogus
bogus x  y
status;x
!ls
help nope
help start
? status
help signal
help update
reload x
shutdown x
-p wrong status
-p wrong reread
-s http://127.0.0.1:1 status
-s http://127.0.0.1:1 start web
-s http://127.0.0.1:1 shutdown
-s http://127.0.0.1:1 reread
-s foo status
-s ftp://x status
-c /no/such status
-z status
shutdown
await end
status
start web
start
update
reload
shutdown
`

// debianDifferences are the steps where we depart from Python on purpose.
var debianDifferences = map[string]struct {
	why string
	answer
}{
	"clear grp:*":  {"a group is a name like any other", answer{Out: "grp:ga: cleared\ngrp:gb: cleared\n"}},
	"tail --5 web": {"Python takes it for an offset from the start", answer{Out: "Error: bad argument --5\n", Code: 1}},
}

const maintailHelp = "maintail -f \tContinuous tail of supervisor main log file (Ctrl-C to exit)\n" +
	"maintail -100\tlast 100 *bytes* of supervisord main log file\n" +
	"maintail\tlast 1600 *bytes* of supervisor main log file\n\n"

// Our supervisorctl prints what Debian's prints when it drives Debian's daemon, and
// exits as it does. What Debian's prints stands in testdata/debian.txt; UPDATE=1 records
// it again.
func TestDebian(t *testing.T) {
	t.Parallel()
	dir := startDebian(t)
	golden := filepath.Join("testdata", "debian.txt")
	if testenv.Updating() {
		testenv.Peer(t, debianCtl)
		testenv.Golden(t, golden, play(t, dir, runDebian))
		return
	}
	recorded, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	want, got := steps(string(recorded)), steps(play(t, dir, runOurs))
	if len(got) != len(want) {
		t.Fatalf("%d steps, but %d are recorded; record them again with UPDATE=1", len(got), len(want))
	}
	for i := range want {
		compareStep(t, want[i], got[i])
	}
}

// compareStep compares one step with what Debian's client printed. Where that printed an
// exception, ours must explain the error in a line of its own.
func compareStep(t *testing.T, want, got step) {
	t.Helper()
	if d, ok := debianDifferences[got.line]; ok {
		want.answer = d.answer
	}
	before, _, exception := strings.Cut(want.Out, "error: <class ")
	if exception {
		rest, ok := strings.CutPrefix(got.Out, before+"error: ")
		if !ok || strings.Count(rest, "\n") != 1 || strings.Contains(rest, "<class") {
			t.Errorf("%s: printed %q, want %q and one line of explanation", got.line, got.Out, before+"error: ")
		}
		want.Out = got.Out
	}
	if d := cmp.Diff(want.answer, got.answer); d != "" || want.line != got.line {
		t.Errorf("%s, recorded as %s (-want +got):\n%s", got.line, want.line, d)
	}
}

// startDebian starts Debian's daemon in a directory of its own, waits until it is up,
// and stops it when the test ends.
func startDebian(t *testing.T) (dir string) {
	t.Helper()
	testenv.Peer(t, debianDaemon)
	dir, err := os.MkdirTemp("", "ctl") // t.TempDir may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	edit(t, dir, debianConfig)
	cmd := exec.CommandContext(t.Context(), debianDaemon, "-c", filepath.Join(dir, "s.conf"))
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() }) // the context of the test has ended it
	await(t, func() bool {
		info, err := os.Stat(filepath.Join(dir, "s.sock"))
		return err == nil && info.Mode().Type() == os.ModeSocket
	})
	await(t, func() bool { out, _ := runOurs(t, dir, []string{"tail", "web", "stderr"}); return out == "oops\n\n" })
	return dir
}

// await asks again and again until done says yes.
func await(t *testing.T, done func() bool) {
	t.Helper()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	limit := time.After(testenv.Patience)
	for !done() {
		select {
		case <-ticker.C:
		case <-limit:
			t.Fatal("waited in vain")
		}
	}
}

func edit(t *testing.T, dir, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "s.conf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// play runs the steps by one of the clients and returns the session.
func play(t *testing.T, dir string, run func(t *testing.T, dir string, words []string) (string, int)) string {
	t.Helper()
	scrub := testenv.Scrubber{Names: map[string]string{dir: "DIR"}}
	var session strings.Builder
	for line := range strings.Lines(strings.TrimSpace(debianSteps) + "\n") {
		line, unordered := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "~")
		if file, ok := strings.CutPrefix(line, "edit "); ok {
			edit(t, dir, debianEdits[file])
			continue
		}
		if line == "await end" {
			await(t, func() bool { _, err := os.Stat(filepath.Join(dir, "s.sock")); return errors.Is(err, os.ErrNotExist) })
			continue
		}
		out, code := run(t, dir, strings.Split(line, " "))
		if unordered {
			rows := strings.SplitAfter(out, "\n")
			slices.Sort(rows)
			out = strings.Join(rows, "")
			code = min(code, 1) // that of the error which came last, of several
		}
		fmt.Fprintf(&session, "$ %s\n%s[exit %d]\n", line, scrub.Text(out), code)
	}
	return session.String()
}

// step is a command line with what came of it.
type step struct {
	line string
	answer
}

// steps takes a session apart.
func steps(session string) []step {
	var all []step
	for text := range strings.SplitSeq(strings.TrimPrefix(session, "$ "), "\n$ ") {
		var s step
		s.line, s.Out, _ = strings.Cut(text, "\n")
		end := strings.LastIndex(s.Out, "[exit ")
		_, _ = fmt.Sscanf(s.Out[end:], "[exit %d]", &s.Code) // play has written it
		s.Out = s.Out[:end]
		all = append(all, s)
	}
	return all
}

func runDebian(t *testing.T, dir string, words []string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), debianCtl, append([]string{"-c", filepath.Join(dir, "s.conf")}, words...)...)
	if slices.Contains(words, "-c") {
		cmd.Args = append([]string{debianCtl}, words...)
	}
	out, err := cmd.Output()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func runOurs(t *testing.T, dir string, words []string) (string, int) {
	t.Helper()
	var out, errs bytes.Buffer
	e := ctl.SystemEnv()
	e.Stdout, e.Stderr = &out, &errs
	e.Terminal = func() (int, bool) { return 0, false } // whatever the test itself writes to
	code := execute(t, e, append([]string{"-c", filepath.Join(dir, "s.conf")}, words...)...)
	return out.String(), code
}
