package testenv

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The size of a [Screen], that of the terminals of old.
const (
	ScreenColumns = 80
	ScreenRows    = 24
)

// ScreenOptions say what runs in a [Screen].
type ScreenOptions struct {
	// Command is a command line for /bin/sh; empty stands for an interactive bash that
	// reads no files and has the prompt "$ ".
	Command string
	Dir     string
	// Env has variables beside PATH, HOME (Dir), LANG, TERM, TZ and PS1: NAME=VALUE.
	Env []string
	// Scrub makes what is on the screen fit for a golden file.
	Scrub Scrubber
}

// Screen is a terminal with a program in it, and a tmux of its own behind it. Tests type
// keys and wait for what the screen has to show: tmux, in its control mode, tells of
// every output of the program, so nothing is polled.
type Screen struct {
	t     testing.TB
	scrub Scrubber
	tmux  *tmuxControl
}

// OpenScreen starts tmux, with a socket in a directory of its own and without any file
// of the user's, and the command in it; both end with the test. Without tmux the test is
// skipped, or fails where CI=true.
func OpenScreen(t testing.TB, o ScreenOptions) *Screen {
	t.Helper()
	tmux, err := exec.LookPath("tmux")
	if err != nil {
		tmux = Peer(t, "/usr/bin/tmux")
	}
	dir, err := os.MkdirTemp("", "tmux") //nolint:usetesting // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	command := o.Command
	if command == "" {
		command = "exec bash --norc --noprofile"
	}
	// The context is not the test's: that is over before the test has cleaned up.
	// Without a status line, so that the program has all rows. The session ends, and the
	// server with it, when we no longer look at it, even if the test is killed.
	cmd := exec.CommandContext(context.Background(), tmux, "-u", "-S", filepath.Join(dir, "socket"), "-f", os.DevNull, "-C",
		"set-option", "-g", "status", "off", ";", "set-option", "-g", "destroy-unattached", "on", ";",
		"new-session", "-x", fmt.Sprint(ScreenColumns), "-y", fmt.Sprint(ScreenRows), command)
	cmd.Dir = o.Dir
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + o.Dir, "LANG=C.UTF-8", "TERM=screen", "TZ=UTC", "PS1=$ ", "SHELL=/bin/sh",
		"HISTFILE=" + os.DevNull,
	}, o.Env...)
	c, err := startTmux(cmd)
	if err != nil {
		t.Fatal(err)
	}
	s := &Screen{t, o.Scrub, c}
	t.Cleanup(s.close)
	s.command(fmt.Sprintf("refresh-client -C %dx%d", ScreenColumns, ScreenRows))
	return s
}

func (s *Screen) close() {
	_ = s.tmux.send("kill-server") // it may have ended by itself
	s.tmux.wait()
}

// command gives tmux a command and returns what it answers.
func (s *Screen) command(line string) string {
	s.t.Helper()
	answer, err := s.tmux.ask(line)
	if err != nil {
		s.t.Fatalf("tmux %s: %v", line, err)
	}
	return answer
}

// Keys presses keys, by tmux's names of them: "Enter", "C-c", "q", "Up".
func (s *Screen) Keys(keys ...string) {
	s.t.Helper()
	s.command("send-keys " + strings.Join(keys, " "))
}

// Type types a text, and Enter.
func (s *Screen) Type(text string) {
	s.t.Helper()
	s.command("send-keys -l -- " + quote(text))
	s.Keys("Enter")
}

// quote makes one word of text for tmux's parser.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// Text returns what is on the screen, without blanks at the ends of lines, scrubbed; and below
// it a line that says where the cursor is and what is unusual about the terminal.
func (s *Screen) Text() string {
	s.t.Helper()
	return s.capture("")
}

// colours is Text with marks where colours change.
func (s *Screen) colours() string {
	s.t.Helper()
	return markColours(s.capture("-e"))
}

func (s *Screen) capture(flags string) string {
	s.t.Helper()
	const state = "[cursor #{cursor_x},#{cursor_y}#{?cursor_flag,, hidden}#{?alternate_on, alternate screen,}]"
	text := s.command("capture-pane -p " + flags)
	lines := strings.TrimRight(text, "\n ") + "\n" + s.command("display-message -p "+quote(state))
	return s.scrub.Text(lines)
}

// Await waits until what [Screen.Text] returns matches a regular expression, in which ^
// and $ match at lines.
func (s *Screen) Await(pattern string) {
	s.t.Helper()
	re := regexp.MustCompile("(?m)" + pattern)
	if text, ok := s.until(s.Text, re.MatchString); !ok {
		s.t.Fatalf("the screen does not show %q:\n%s", pattern, text)
	}
}

// Golden waits until the screen matches the pattern, as in [Screen.Await], and then until
// it is that of the golden file; so it does not matter in how many pieces the program
// writes. With UPDATE=1 the pattern alone says that the screen is complete.
func (s *Screen) Golden(pattern, file string) {
	s.t.Helper()
	s.golden(pattern, file, s.Text)
}

// GoldenColours is [Screen.Golden] for a screen whose colours matter too: the golden has
// the numbers of the colour before a coloured text, as in {31}, and {} behind it. The
// pattern is one of text alone.
func (s *Screen) GoldenColours(pattern, file string) {
	s.t.Helper()
	s.golden(pattern, file, s.colours)
}

func (s *Screen) golden(pattern, file string, look func() string) {
	s.t.Helper()
	s.Await(pattern)
	if want, err := os.ReadFile(file); err == nil && !Updating() {
		s.until(look, func(text string) bool { return text == string(want) }) // Golden tells
	}
	Golden(s.t, file, look())
}

// until waits, for a bounded time, until what look returns is as ok wants it.
func (s *Screen) until(look func() string, ok func(text string) bool) (text string, done bool) {
	s.t.Helper()
	late := time.NewTimer(Patience)
	defer late.Stop()
	for {
		if text = look(); ok(text) {
			return text, true
		}
		select {
		case <-s.tmux.changed:
		case <-s.tmux.done:
			return text, false
		case <-late.C:
			return text, false
		}
	}
}
