package ctl_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
	"supervisord/internal/ctl"
)

const shellStatus = `broken                           FATAL     can't find command '/no/such'
grp:a                            RUNNING   pid 11, uptime 0:00:05
grp:b                            RUNNING   pid 12, uptime 0:00:05
manual                           STOPPED   Not started
web                              RUNNING   pid 13, uptime 0:00:05
`

// typed is what a person types at a prompt.
type typed struct {
	line string
	err  error
	when func() // called before
}

// typist is an editor whose person knows beforehand what to type, and who leaves with
// Ctrl-D. The screen is an output where prompts and lines appear.
type typist struct {
	screen     *bytes.Buffer
	lines      []typed
	remembered []string
	complete   ctl.Completer
	closed     bool
}

func (p *typist) ReadLine(prompt string) (string, error) {
	next := typed{err: io.EOF}
	if len(p.lines) > 0 {
		next, p.lines = p.lines[0], p.lines[1:]
	}
	if next.when != nil {
		next.when()
	}
	fmt.Fprintf(p.screen, "%s[%s]\n", prompt, next.line)
	return next.line, next.err
}

func (p *typist) ReadPassword(prompt string) (string, error) {
	return p.ReadLine(prompt)
}

func (p *typist) Remember(line string) { p.remembered = append(p.remembered, line) }
func (p *typist) Close() error         { p.closed = true; return nil }

// typing returns a world with a person in it, without a home for a history.
func typing(f *supervisor, out, errs *bytes.Buffer, lines ...typed) (ctl.Env, *typist) {
	p := &typist{screen: out, lines: lines}
	e := env(f, out, errs)
	e.Editor = func(c ctl.Completer) (ctl.Editor, bool) { p.complete = c; return p, true }
	return e, p
}

// piped runs the shell with lines on the standard input.
func piped(t *testing.T, f *supervisor, input string, args ...string) answer {
	t.Helper()
	var out, errs bytes.Buffer
	e := env(f, &out, &errs)
	e.Stdin = strings.NewReader(input)
	code := execute(t, e, args...)
	return answer{out.String(), errs.String(), code}
}

// What comes through a pipe is run line by line, and the prompts are seen, as in Python.
func TestShellReadsAPipe(t *testing.T) {
	const prompt = "supervisor> "
	for _, c := range []struct{ name, input, want string }{
		{"nothing", "", shellStatus + prompt + "\n"},
		{"lines", "pid web\n\n \nnope\n", shellStatus + prompt + "13\n" + prompt + prompt + prompt + "*** Unknown syntax: nope\n" + prompt + "\n"},
		{"no end of line", "pid web", shellStatus + prompt + "13\n" + prompt + "\n"},
		{"ends of lines of Windows", "pid web\r\n", shellStatus + prompt + "13\n" + prompt + "\n"},
		{"a flag that is none", "pid --nosuch\n", shellStatus + prompt + "Error: pid: unknown flag: --nosuch\nFor help, use pid --help\n" + prompt + "\n"},
		{"quit", "quit\npid web\n", shellStatus + prompt + "\n"},
		{"exit with a word", "exit x\npid web\n", shellStatus + prompt + "\n"},
		{"EOF", "EOF\npid web\n", shellStatus + prompt + "\n"},
		{"a question answered by no", "shutdown\nn\npid web\n", shellStatus + prompt + shutdownQuestion + prompt + "13\n" + prompt + "\n"},
		{"a question answered by yes", "shutdown\nYep\npid web\n", shellStatus + prompt + shutdownQuestion + "Shut down\n" + prompt + "13\n" + prompt + "\n"},
		{"a question without an answer", "shutdown\n", shellStatus + prompt + shutdownQuestion + "\n" + prompt + "\n"},
		{"a line that is too long", strings.Repeat("x", 1<<20) + "\npid web\n", shellStatus + prompt + "error: the line is longer than 64 KiB\n" + prompt + "13\n" + prompt + "\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(answer{Out: c.want}, piped(t, newSupervisor(), c.input)); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

const shutdownQuestion = "Really shut the remote supervisord process down y/N? "

// The questions are asked before anything is done.
func TestShellConfirms(t *testing.T) {
	for input, want := range map[string][]string{
		"shutdown\ny\n": {"shutdown"}, "shutdown\n y\n": nil, "reload\nY\n": {"restart"}, "reload\n\n": nil,
	} {
		f := newSupervisor()
		piped(t, f, input)
		if d := cmp.Diff(want, f.calls); d != "" {
			t.Errorf("%q (-want +got):\n%s", input, d)
		}
	}
}

// With -i, a verb asks its questions. Behind it the shell is started for people alone.
func TestInteractiveFlag(t *testing.T) {
	for _, c := range []struct {
		input string
		args  []string
		want  answer
	}{
		{"pid web\n", []string{"-i"}, answer{Out: shellStatus + "supervisor> 13\nsupervisor> \n"}},
		{"pid web\n", []string{"-i", "pid", "manual"}, answer{"0\n", "", 7}},
		{"n\n", []string{"--interactive", "shutdown"}, answer{Out: shutdownQuestion}},
	} {
		if d := cmp.Diff(c.want, piped(t, newSupervisor(), c.input, c.args...)); d != "" {
			t.Errorf("%q (-want +got):\n%s", c.args, d)
		}
	}
	var out, errs bytes.Buffer
	e, _ := typing(newSupervisor(), &out, &errs, typed{line: "pid web"})
	code := execute(t, e, "-i", "pid", "manual")
	if d := cmp.Diff(answer{Out: "0\nsupervisor> [pid web]\n13\nsupervisor> []\n\n"}, answer{out.String(), errs.String(), code}); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestShellOnATerminal(t *testing.T) {
	var out, errs bytes.Buffer
	e, p := typing(newSupervisor(), &out, &errs,
		typed{line: "pid web"}, typed{err: ctl.ErrInterrupted}, typed{line: "pid web"}, typed{line: " "}, typed{line: "open http://u:p@h"}, typed{line: "quit"})
	load := e.LoadFile
	e.LoadFile = func(path string) (ctl.Settings, error) {
		s, err := load(path)
		s.Prompt = "ship"
		return s, err
	}
	code := execute(t, e)
	want := shellStatus + "ship> [pid web]\n13\nship> []\nship> [pid web]\n13\nship> [ ]\nship> [open http://u:p@h]\n" + shellStatus + "ship> [quit]\n\n"
	if d := cmp.Diff(answer{Out: want}, answer{out.String(), errs.String(), code}); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if d := cmp.Diff([]string{"pid web", "quit"}, p.remembered); d != "" {
		t.Errorf("remembered (-want +got):\n%s", d)
	}
	if !p.closed {
		t.Error("the terminal is not given back")
	}
}

func TestShellEndsWithItsTerminal(t *testing.T) {
	var out, errs bytes.Buffer
	e, _ := typing(newSupervisor(), &out, &errs, typed{err: syscall.EIO})
	cmd := ctl.NewCommand("supervisorctl", e)
	cmd.SetArgs([]string{})
	if err := cmd.ExecuteContext(t.Context()); !errors.Is(err, syscall.EIO) {
		t.Errorf("error is %v, want that of the terminal", err)
	}
}

// Ctrl-C ends the verb that runs, and only that one.
func TestShellInterruptsAVerb(t *testing.T) {
	f := newSupervisor()
	f.startHangs = func() {}
	var out, errs bytes.Buffer
	e, _ := typing(f, &out, &errs, typed{line: "start manual"}, typed{line: "pid web"})
	e.UntilInterrupt = func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		if strings.HasSuffix(out.String(), "[start manual]\n") {
			cancel()
		}
		return ctx, cancel
	}
	code := execute(t, e)
	want := answer{
		Out: shellStatus + "supervisor> [start manual]\n\nerror: interrupted\nsupervisor> [pid web]\n13\nsupervisor> []\n\n",
		Err: "hint: supervisord goes on starting; the verb status tells how far it is\n",
	}
	if d := cmp.Diff(want, answer{out.String(), errs.String(), code}); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// A supervisor that goes away and comes back does not end the shell.
func TestShellOutlivesTheSupervisor(t *testing.T) {
	f := newSupervisor()
	var out, errs bytes.Buffer
	e, _ := typing(f, &out, &errs,
		typed{line: "pid web", when: func() { f.err = fmt.Errorf("dial: %w", fs.ErrNotExist) }},
		typed{line: "avail", when: func() { f.err = fmt.Errorf("read: %w", syscall.ECONNRESET) }},
		typed{line: "pid web", when: func() { f.err = nil }})
	code := execute(t, e)
	want := shellStatus + "supervisor> [pid web]\nunix:///run/s.sock no such file\n" +
		"supervisor> [avail]\nerror: unix:///run/s.sock has closed the connection; has supervisord ended, or is this another server?\n" +
		"supervisor> [pid web]\n13\nsupervisor> []\n\n"
	hint := "hint: is supervisord running? The address is that of a test.\n"
	if d := cmp.Diff(answer{Out: want, Err: hint}, answer{out.String(), errs.String(), code}); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestOpen(t *testing.T) {
	const (
		bad       = "ERROR: url must be http:// or unix://\n"
		webStatus = "web                              RUNNING   pid 13, uptime 0:00:05\n"
	)
	for _, c := range []struct {
		line string
		want answer
		url  string // of the server that is asked then
	}{
		{"open", answer{bad, "", 1}, "unix:///run/s.sock"},
		{"open ftp://x", answer{bad, "", 1}, "unix:///run/s.sock"},
		{"open unix:///other", answer{webStatus, "", 0}, "unix:///other"},
		{"open https://h:1", answer{webStatus, "", 0}, "https://h:1"},
		{"open http://me:x@h:1", answer{webStatus, "", 0}, "http://h:1"},
		{"open http://broken", answer{"ERROR: it is broken\n", "", 1}, "http://broken"},
	} {
		var out, errs bytes.Buffer
		e := env(newSupervisor(), &out, &errs)
		var got ctl.Server
		e.Dial = func(s ctl.Server) (ctl.API, error) {
			if got = s; s.URL == "http://broken" {
				return nil, errors.New("it is broken")
			}
			f := newSupervisor()
			if s.URL != "unix:///run/s.sock" {
				f.programs = f.programs[4:]
			}
			return f, nil
		}
		code := execute(t, e, strings.Fields("-u u -p p "+c.line)...)
		if d := cmp.Diff(c.want, answer{out.String(), errs.String(), code}); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.line, d)
		}
		from := "given to open"
		if c.url == "unix:///run/s.sock" {
			from = "that of a test"
		}
		username, password := "u", "p"
		if strings.Contains(c.line, "@") {
			username, password = "me", "x"
		}
		if d := cmp.Diff(ctl.Server{URL: c.url, Username: username, Password: password, From: from}, got); d != "" {
			t.Errorf("%s: server (-want +got):\n%s", c.line, d)
		}
	}
}

// locked returns a Dial whose supervisor knows nobody but "u" with the password "p".
func locked() func(ctl.Server) (ctl.API, error) {
	return func(s ctl.Server) (ctl.API, error) {
		f := newSupervisor()
		if s.Username != "u" || s.Password != "p" {
			f.err = client.ErrUnauthorized
		}
		return f, nil
	}
}

func TestLogin(t *testing.T) {
	const (
		required = "Server requires authentication\n"
		refused  = "error: the server did not accept the name or the password of \"u\"\n"
		unnamed  = "error: give a name and a password: -u and -p, or $SUPERVISOR_USERNAME and $SUPERVISOR_PASSWORD, or username and password in [supervisorctl]\n"
	)
	for _, c := range []struct {
		name  string
		args  string
		lines []typed
		want  string
		code  int
	}{
		{"shell", "", []typed{{line: "u"}, {line: "p"}}, required + "Username:[u]\nPassword:[p]\n" + shellStatus + "supervisor> []\n\n", 0},
		{"shell, second try", "", []typed{{line: "u"}, {line: "x"}, {line: "u"}, {line: "p"}}, required + "Username:[u]\nPassword:[x]\n" + required + "Username:[u]\nPassword:[p]\n" + shellStatus + "supervisor> []\n\n", 0},
		{"shell, three tries", "", []typed{{line: "u"}, {line: "x"}, {line: "u"}, {line: "x"}, {line: "u"}, {line: "x"}, {line: "help nope"}}, strings.Repeat(required+"Username:[u]\nPassword:[x]\n", 3) + refused + "supervisor> [help nope]\n*** No help on nope\nsupervisor> []\n\n", 0},
		{"shell with a name", "-u u", []typed{{line: "p"}}, required + "Password:[p]\n" + shellStatus + "supervisor> []\n\n", 0},
		{"shell, no answer", "", []typed{{err: ctl.ErrInterrupted}}, required + "Username:[]\n" + unnamed + "supervisor> []\n\n", 0},
		{"verb that is not checked before", "-i avail", []typed{{line: "u"}, {line: "p"}}, required + "Username:[u]\nPassword:[p]\nsupervisor> []\n\n", 0},
		{"one verb with a name", "-u u pid web", []typed{{line: "p"}}, "Password for u: [p]\n13\n", 0},
		{"one verb without a name", "pid web", nil, required + unnamed, 1},
		{"one verb with a wrong password", "-u u -p x pid web", nil, required + refused, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			e, p := typing(newSupervisor(), &out, &errs, c.lines...)
			e.Dial = locked()
			code := execute(t, e, strings.Fields(c.args)...)
			if d := cmp.Diff(answer{c.want, "", c.code}, answer{out.String(), errs.String(), code}); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			for _, line := range p.remembered {
				if line == "u" || line == "x" || line == "p" {
					t.Errorf("%q is in the history", line)
				}
			}
		})
	}
}

// Without an editor the password is asked for on a terminal if there is one, else it is
// the next line, as in Python.
func TestLoginWithoutAnEditor(t *testing.T) {
	for _, c := range []struct {
		name, input, args string
		readPassword      func(string) (string, error)
		want              answer
	}{
		{"pipe", "u\np\npid web\n", "", nil, answer{Out: "Server requires authentication\nUsername:\n" + shellStatus + "supervisor> 13\nsupervisor> \n"}},
		{"dumb terminal", "u\npid web\n", "", func(string) (string, error) { return "p", nil }, answer{Out: "Server requires authentication\nUsername:" + shellStatus + "supervisor> 13\nsupervisor> \n"}},
		{"one verb", "", "-u u pid web", func(string) (string, error) { return "p", nil }, answer{Out: "13\n"}},
		{"one verb in a pipe", "p\n", "-u u pid web", nil, answer{Out: "Server requires authentication\nerror: the server did not accept the name or the password of \"u\"\n", Code: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			e := env(newSupervisor(), &out, &errs)
			e.Stdin, e.Dial = strings.NewReader(c.input), locked()
			if c.readPassword != nil {
				e.ReadPassword = c.readPassword
			}
			code := execute(t, e, strings.Fields(c.args)...)
			if d := cmp.Diff(c.want, answer{out.String(), errs.String(), code}); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// help lists the verbs that Debian's lists, and those that only we have under a title of
// their own.
func TestHelpListsPythonsVerbsFirst(t *testing.T) {
	script, err := os.ReadFile("../../testdata/scripts/ctl_help.txtar")
	if err != nil {
		t.Fatal(err)
	}
	_, golden, _ := strings.Cut(string(script), "-- help.want --\n")
	golden, _, _ = strings.Cut(golden, "-- ")
	got := run(t, newSupervisor(), "help").Out
	theirs, ours, _ := strings.Cut(got, "more commands (type help <topic>):\n==================================\n")
	want := slices.DeleteFunc(sortedWords(golden), func(word string) bool {
		return run(t, newSupervisor(), "help "+word).Out == "*** No help on "+word+"\n"
	})
	if d := cmp.Diff(want, sortedWords(theirs)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if !strings.Contains(ours, "reopen") || !strings.HasSuffix(ours, "\n\n") {
		t.Errorf("the verbs of ours are %q", ours)
	}
}

// sortedWords returns the words of a text in which no title is.
func sortedWords(text string) []string {
	var words []string
	for line := range strings.Lines(text) {
		if !strings.Contains(line, "<topic>") && !strings.HasPrefix(line, "===") {
			words = append(words, strings.Fields(line)...)
		}
	}
	slices.Sort(words)
	return words
}
