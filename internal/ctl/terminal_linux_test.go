package ctl_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"supervisord/internal/testenv"
)

// pseudoTerminal is a terminal of 80 columns and 24 lines with a program on it. One goroutine
// uses it.
type pseudoTerminal struct {
	t       *testing.T
	ours    *os.File // the side of the person
	theirs  *os.File // the side of the program
	program *exec.Cmd
	unseen  string       // what was shown and not yet expected
	before  unix.Termios // its modes when the program started
}

// startOnTerminal starts a program with a terminal of its own as its standard input,
// output and error. It is killed at the end of the test.
func startOnTerminal(t *testing.T, cmd *exec.Cmd) *pseudoTerminal {
	t.Helper()
	ours, theirs, err := openPty()
	if err != nil {
		t.Fatal(err)
	}
	p := &pseudoTerminal{t: t, ours: ours, theirs: theirs, program: cmd}
	p.before = p.modes()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, theirs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
		_ = errors.Join(ours.Close(), theirs.Close())
	})
	return p
}

func openPty() (ours, theirs *os.File, err error) {
	// Without blocking, so that reads can have a deadline.
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("/dev/ptmx: %w", err)
	}
	ours = os.NewFile(uintptr(fd), "/dev/ptmx")
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80})
	}
	if err == nil {
		theirs, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		return nil, nil, errors.Join(err, ours.Close())
	}
	return ours, theirs, nil
}

// press types keys.
func (p *pseudoTerminal) press(keys string) {
	p.t.Helper()
	if _, err := p.ours.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
}

// expect waits until the program shows a text, and returns what came before it.
func (p *pseudoTerminal) expect(text string) (before string) {
	p.t.Helper()
	if err := p.ours.SetReadDeadline(time.Now().Add(testenv.Patience)); err != nil {
		p.t.Fatal(err)
	}
	buf := make([]byte, 4096)
	for {
		if before, after, found := strings.Cut(p.unseen, text); found {
			p.unseen = after
			return before
		}
		n, err := p.ours.Read(buf)
		if err != nil {
			p.t.Fatalf("%q was not shown: %v; what was is %q", text, err, p.unseen)
		}
		p.unseen += string(buf[:n])
	}
}

// signal sends a signal to the program.
func (p *pseudoTerminal) signal(s os.Signal) {
	p.t.Helper()
	if err := p.program.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// modes returns how the terminal treats what is typed.
func (p *pseudoTerminal) modes() unix.Termios {
	p.t.Helper()
	modes, err := unix.IoctlGetTermios(int(p.theirs.Fd()), unix.TCGETS)
	if err != nil {
		p.t.Fatal(err)
	}
	return *modes
}

// wait waits until the program ends, and returns its exit code.
func (p *pseudoTerminal) wait() int {
	p.t.Helper()
	timeout := time.AfterFunc(testenv.Patience, func() { _ = p.program.Process.Kill() }) // it may have ended
	defer timeout.Stop()
	_ = p.program.Wait() // the state says it
	return p.program.ProcessState.ExitCode()
}

// expectNothing fails if a program that has ended showed more than was expected.
func (p *pseudoTerminal) expectNothing() {
	p.t.Helper()
	if _, err := p.theirs.WriteString("END"); err != nil {
		p.t.Fatal(err)
	}
	if rest := p.expect("END"); strings.TrimSpace(rest) != "" {
		p.t.Errorf("shown at the end: %q", rest)
	}
}
