package ctl_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/ctl"
)

// childVariable makes this test program a supervisorctl with a supervisor in memory.
const childVariable = "CTL_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	os.Exit(onPseudoTerminal())
}

// onPseudoTerminal is supervisorctl with everything of this machine but its files and
// supervisors. It says so if it leaves a goroutine behind.
func onPseudoTerminal() int {
	f := newSupervisor()
	f.startHangs = func() { fmt.Println("it hangs") }
	f.idle = func() {}
	e := ctl.SystemEnv()
	e.LoadFile = func(string) (ctl.Settings, error) { return ctl.Settings{}, nil }
	e.Dial = func(s ctl.Server) (ctl.API, error) {
		if s.URL == "unix:///locked" {
			return locked()(s)
		}
		return f, nil
	}
	cmd := ctl.NewCommand("supervisorctl", e)
	cmd.SetArgs(os.Args[1:])
	if err := cmd.ExecuteContext(context.Background()); err != nil {
		fmt.Println(err)
		return 1
	}
	stacks := make([]byte, 1<<16)
	for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		state, _, _ := strings.Cut(stack, "\n")
		if !strings.Contains(stack, "os/signal.loop") && !strings.Contains(state, "[run") { // those are about to end
			fmt.Println("left behind:", stack)
		}
	}
	return 0
}

// ctlOnTerminal starts onTerminal with a state directory of its own.
func ctlOnTerminal(t *testing.T, state string, args ...string) *pseudoTerminal {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), childVariable+"=1", "TERM=xterm", "XDG_STATE_HOME="+state)
	return startOnTerminal(t, cmd)
}

const shellPrompt = "supervisor> "

func TestEditor(t *testing.T) {
	state := t.TempDir()
	p := ctlOnTerminal(t, state)
	p.expect("uptime 0:00:05\r\n" + shellPrompt)

	// Tab completes verbs and names, and lists them when it is pressed again.
	p.press("pi\tm\t\r")
	p.expect(shellPrompt + "pid manual ")
	p.expect("\r\n0\r\n" + shellPrompt)
	p.press("pid grp:\t\t")
	p.expect("\r\ngrp:* grp:a grp:b \r\n")
	p.press("a\r")
	p.expect("\r\n11\r\n" + shellPrompt)

	// Ctrl-C drops the line.
	p.press("x")
	p.expect("x")
	p.press("\x03")
	p.expect("^C\r\n" + shellPrompt)

	// Not even one that comes too late for what ran ends the shell.
	p.signal(syscall.SIGINT)

	// Arrows and Ctrl-R find what was typed, UTF-8 is edited by characters.
	p.press("\x1b[A\x1b[A\r")
	p.expect("\r\n0\r\n" + shellPrompt)
	p.press("\x12grp\r")
	p.expect("\r\n11\r\n" + shellPrompt)
	p.press("pid häß\x7fh\r")
	p.expect("\r\nNo such process häh\r\n" + shellPrompt)

	// Ctrl-C ends what runs.
	p.press("start manual\r")
	p.expect("it hangs\r\n")
	p.press("\x03")
	p.expect("^C\r\nerror: interrupted\r\n")
	p.expect(shellPrompt)
	p.press("tail -f web\r")
	p.expect("one\r\ntwo\r\n")
	p.press("\x03")
	p.expect("^C\r\n" + shellPrompt)

	// Several lines at once.
	p.press("pid web\rpid manual\rpid\r")
	p.expect("\r\n13\r\n")
	p.expect("\r\n0\r\n")
	p.expect("\r\n77\r\n" + shellPrompt)

	p.press("\x04")
	p.expect("\r\n")
	if code := p.wait(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	p.expectNothing()
	history, err := os.ReadFile(filepath.Join(state, "supervisord", "history"))
	if err != nil {
		t.Fatal(err)
	}
	want := "pid manual \npid grp:a\npid manual \npid grp:a\npid häh\nstart manual\ntail -f web\npid web\npid manual\npid\n"
	if d := cmp.Diff(want, string(history)); d != "" {
		t.Errorf("history (-want +got):\n%s", d)
	}
}

// The history of the last time is there, and the terminal is afterwards what it was.
func TestEditorRemembersAndRestores(t *testing.T) {
	state := t.TempDir()
	if err := os.Mkdir(filepath.Join(state, "supervisord"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(state, "supervisord", "history"), []byte("pid web\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := ctlOnTerminal(t, state)
	p.expect("uptime 0:00:05\r\n" + shellPrompt)
	p.press("\x1b[A\r")
	p.expect("\r\n13\r\n" + shellPrompt)
	p.press("quit\r")
	p.expect("quit")
	p.expect("\r\n\r\n")
	p.wait()
	p.expectNothing()
	if d := cmp.Diff(p.before, p.modes()); d != "" {
		t.Errorf("modes of the terminal (-before +after):\n%s", d)
	}
}

// A password is asked for on the terminal, not shown, and not remembered.
func TestPasswordOnATerminal(t *testing.T) {
	state := t.TempDir()
	p := ctlOnTerminal(t, state, "-s", "unix:///locked")
	p.expect("Server requires authentication\r\nUsername:")
	p.press("u\rp\r")
	if shown := p.expect("uptime 0:00:05\r\n" + shellPrompt); !strings.HasPrefix(shown[strings.LastIndex(shown, "Password:"):], "Password:\r\nbroken ") {
		t.Errorf("shown is %q", shown)
	}
	p.press("\x04")
	p.wait()
	p.expectNothing()
	if _, err := os.ReadFile(filepath.Join(state, "supervisord", "history")); !os.IsNotExist(err) {
		t.Errorf("there is a history: %v", err)
	}
}

// One verb asks for the password of a name that is given, and leaves the terminal as it was.
func TestPasswordForOneVerb(t *testing.T) {
	p := ctlOnTerminal(t, t.TempDir(), "-s", "unix:///locked", "-u", "u", "pid", "web")
	p.expect("Password for u: ")
	before := p.modes()
	p.press("p\r")
	if shown := p.expect("13\r\n"); shown != "\r\n" {
		t.Errorf("shown is %q", shown)
	}
	p.wait()
	if p.modes().Lflag == before.Lflag {
		t.Error("the modes are still those for a password")
	}
}

// A terminal on which nothing can be edited reads lines as they are.
func TestDumbTerminal(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=1", "TERM=dumb")
	p := startOnTerminal(t, cmd)
	p.expect("uptime 0:00:05\r\n" + shellPrompt)
	p.press("pid web\n")
	p.expect("pid web\r\n13\r\n" + shellPrompt)
	p.press("\x04")
	if code := p.wait(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	p.expect("\r\n")
	p.expectNothing()
}
