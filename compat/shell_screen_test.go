//go:build unix

package compat

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// atPrompt is a screen that ends with an empty prompt of the shell.
const atPrompt = `^supervisor>\n\[cursor 12,\d+\]$`

// openShell is openSite with the shell of supervisorctl in the terminal.
func openShell(t *testing.T, programs ...string) *site {
	t.Helper()
	s := openSite(t, programs...)
	s.enterShell()
	return s
}

// enterShell clears the terminal and starts the shell of supervisorctl.
func (s *site) enterShell() {
	s.t.Helper()
	s.Type("clear; supervisorctl")
	s.Await(atPrompt)
}

// line types a line at the prompt and waits for the next prompt behind what it prints,
// of which the end is given as a pattern.
func (s *site) line(line, end string) {
	s.t.Helper()
	s.Type(line)
	s.Await(end + `\n` + atPrompt)
}

// Tab completes verbs, the names of what there is, flags and channels, and lists them when
// several may come.
func TestShellCompletes(t *testing.T) {
	s := openShell(t, section("cat", "/bin/cat"), section("web", "/bin/cat"))
	s.Keys("st", "Tab", "Tab")
	s.golden(`stop-group\nsupervisor> st\n`, "shell_verbs")
	s.Keys("art", "Space", "w", "Tab")
	s.Await(`^supervisor> start web\n\[cursor 22,`) // and a space behind it
	s.Keys("Enter")
	s.golden(`web: started\n`+atPrompt, "shell_name")
	s.Keys("status", "Space", "--", "Tab", "Tab")
	s.golden(`--watch\nsupervisor> status --\n`, "shell_flags")
	s.Keys("C-u", "tail", "Space", "web", "Space", "Tab", "Tab")
	s.Await(`^stderr stdout\nsupervisor> tail web std\n`)
	s.Keys("o", "Tab")
	s.Await(`^supervisor> tail web stdout\n\[cursor 28,`)
	s.Keys("Enter")
	s.golden(atPrompt, "shell_channel")
	s.Keys("frobnicate", "Space", "Tab", "x")
	s.Await(`^supervisor> frobnicate x\n`)
}

// Names that come and go are known at once.
func TestShellCompletesWhatIsThereNow(t *testing.T) {
	s := openShell(t, section("cat", "/bin/cat"), section("web", "/bin/cat"))
	s.line("remove web", "web: removed process group")
	s.Keys("start", "Space", "w", "Tab", "x")
	s.Await(`^supervisor> start wx\n`)
	s.Keys("C-u")
	s.line("add web", "web: added process group")
	s.Keys("start", "Space", "w", "Tab", "x")
	s.Await(`^supervisor> start web x\n`)
}

// Arrows and Ctrl-R find what was typed, now and in an earlier session.
func TestShellRemembers(t *testing.T) {
	s := openShell(t, section("cat", "/bin/cat"), section("web", "/bin/cat"))
	s.line("start cat", "cat: started")
	s.line("pid web", "0")
	s.Keys("Up")
	s.Await(`^supervisor> pid web\n`)
	s.Keys("Up")
	s.Await(`^supervisor> start cat\n`)
	s.Keys("Down")
	s.Await(`^supervisor> pid web\n`)
	s.Keys("Down")
	s.Await(atPrompt)
	s.Keys("C-d")
	s.Await(`^\$\n`)

	s.enterShell()
	s.Keys("C-r", "cat")
	s.golden(`start cat\n`, "shell_search")
	s.Keys("Enter")
	s.golden(`already started\)\n`+atPrompt, "shell_found")
	s.Keys("Up", "Up")
	s.Await(`^supervisor> pid web\n`)
	s.Keys("Enter")
	s.Await(`^supervisor> pid web\n0\n` + atPrompt)
	got, err := os.ReadFile(filepath.Join(s.dir, "state/supervisord/history"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff("start cat\npid web\nstart cat\npid web\n", string(got)); d != "" {
		t.Errorf("history file (-want +got):\n%s", d)
	}
}

func TestShellComesBackFromTail(t *testing.T) {
	s := openShell(t, section("web", "/bin/cat"))
	s.line("start web", "web: started")
	s.Type("tail -f web")
	s.Await("Press Ctrl-C")
	if _, err := s.client.Call(t.Context(), "supervisor.sendProcessStdin", "web", "one\n"); err != nil {
		t.Fatal(err)
	}
	s.Await("^one$")
	s.Keys("C-c")
	s.golden(atPrompt, "shell_tail_left")
	s.line("stop web", "web: stopped")
	s.golden(atPrompt, "shell_tail_next")
}

// What is typed is the program's until Ctrl-C, and the shell's from then on.
func TestShellComesBackFromForeground(t *testing.T) {
	s := openShell(t, section("cat", "/bin/cat"))
	s.line("start cat", "cat: started")
	s.Type("fg cat")
	s.Await("Press Ctrl-C")
	s.Type("one")
	s.Await("^one\none$")
	s.Type("two")
	s.Await("^two\ntwo$")
	s.Keys("C-c")
	s.golden(atPrompt, "shell_fg_left")
	s.line("status", `RUNNING +pid PID, uptime T`)
	s.Type("fg cat") // once more
	s.Await(`==> Press Ctrl-C to exit <==\none\ntwo\n\[cursor`)
	s.Type("three")
	s.Await("^three\nthree$")
	s.Keys("C-c")
	s.Await(atPrompt)
	s.Keys("Up")
	s.golden(`^supervisor> fg cat\n`, "shell_fg_again")
}

// Ctrl-D ends what is typed to the program, and not the shell.
func TestShellComesBackFromForegroundByCtrlD(t *testing.T) {
	s := openShell(t, section("cat", "/bin/cat"))
	s.line("start cat", "cat: started")
	s.Type("fg cat")
	s.Await("Press Ctrl-C")
	s.Keys("C-d")
	s.golden(atPrompt, "shell_fg_end_of_input")
}

func TestShellComesBackFromWatch(t *testing.T) {
	s := openShell(t, section("cat", "/bin/cat"), section("web", "/bin/cat"))
	s.Type("status -w")
	s.Await("^q leaves. 2 STOPPED\n")
	s.run("supervisorctl", "start", "web")
	s.golden("^q leaves. 1 STOPPED, 1 RUNNING\n", "shell_watch")
	s.Keys("q")
	s.golden(atPrompt, "shell_watch_left")
	s.line("stop web", "web: stopped")
	s.Type("status -w")
	s.Await("^q leaves. 2 STOPPED\n")
	s.Keys("C-c")
	s.golden(atPrompt, "shell_watch_interrupted")
}

// A program that does not come up is waited for no longer than the user likes, and shown
// meanwhile.
func TestShellInterruptsAStart(t *testing.T) {
	s := openShell(t, section("quick", "/bin/cat"), section("slow", "/bin/cat")+"startsecs=1000\n")
	s.Type("start all")
	s.golden("^starting 1/2  slow\n", "shell_progress")
	s.Keys("C-c")
	s.golden(atPrompt, "shell_start_interrupted")
	s.line("status slow", "slow +STARTING.*")
}

// Nothing is left of the line of progress when all is done.
func TestProgressOnATerminal(t *testing.T) {
	s := openSite(t, section("quick", "/bin/cat"),
		section("slow", "/bin/sh -c 'trap : TERM; echo ready; while :; do read l; done'")+"stopwaitsecs=1000\n")
	s.run("supervisorctl", "start", "all")
	s.Type("supervisorctl tail -f slow")
	s.Await("^ready$")
	s.Keys("C-c")
	s.Await(`^\$\n`)
	s.Type("clear; supervisorctl stop all")
	s.golden("^stopping 1/2  slow\n", "progress")
	s.run("supervisorctl", "signal", "KILL", "slow")
	s.golden(`slow: stopped\n(.*\n)?\$\n`, "progress_over")
}

func TestStatusOnATerminalHasColours(t *testing.T) {
	s := openSite(t, section("web", "/bin/cat"), section("a-long-name", "/bin/cat"),
		section("fails", "/bin/false"), section("missing", "/nonexistent"), section("slow", "/bin/cat")+"startsecs=1000\n")
	if _, err := s.client.Call(t.Context(), "supervisor.startProcess", "slow", false); err != nil {
		t.Fatal(err)
	}
	s.run("supervisorctl", "start", "web", "fails")
	s.Type("supervisorctl status -w fails")
	s.Await("EXITED") // it is RUNNING for a moment
	s.Keys("C-c")
	s.Await(`^\$\n`)
	s.Type("clear; supervisorctl start missing; supervisorctl status")
	s.GoldenColours(`^web .*\n\$$`, filepath.Join("testdata", "screen", "status.txt"))
	s.Type("clear; NO_COLOR=1 supervisorctl status nope web")
	s.GoldenColours(`^nope.*\nweb .*\n\$$`, filepath.Join("testdata", "screen", "status_plain.txt"))
}

// The terminal is afterwards what it was before, however the shell is left.
func TestShellLeavesTheTerminalAsItWas(t *testing.T) {
	s := openSite(t, section("cat", "/bin/cat"))
	s.Type("stty -a >before")
	s.Await(`before\n\$$`)
	s.enterShell()
	s.line("start cat", "cat: started")
	s.Type("fg cat")
	s.Await("Press Ctrl-C")
	s.Keys("C-c")
	s.Await(atPrompt)
	s.Type("status -w")
	s.Await("^q leaves. 1 RUNNING")
	s.Keys("q")
	s.Await(atPrompt)
	s.Keys("half")
	s.Await(`^supervisor> half\n`)
	s.Keys("C-c")
	s.Await(`half\^C\n` + atPrompt)
	s.Keys("C-d")
	s.golden(`^\$\n`, "shell_left")
	s.Type("echo code $?; stty -a | cmp - before && echo as before")
	s.Await(`^code 0\nas before\n\$$`)
	s.enterShell()
	s.Type("quit")
	s.Await(`^\$\n`)
	s.Type("echo code $?; stty -a | cmp - before && echo as before")
	s.Await(`^code 0\nas before\n\$$`)
}
