package ctl_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/control"
	"supervisord/internal/ctl"
	"supervisord/internal/process"
)

// scripted is a supervisor to which something happens before each but the first time
// that it is asked for its status. After the last the user interrupts.
type scripted struct {
	*supervisor
	steps     []func(f *supervisor)
	asked     int
	interrupt func()
}

func (f *scripted) Status(ctx context.Context, sel control.Selector) ([]control.Info, error) {
	if f.asked > len(f.steps) {
		f.interrupt()
		return nil, ctx.Err()
	}
	if f.asked > 0 {
		f.steps[f.asked-1](f.supervisor)
	}
	f.asked++
	return f.supervisor.Status(ctx, sel)
}

// watch runs a status -w while the steps happen.
func watch(t *testing.T, set func(e *ctl.Env), line string, steps ...func(f *supervisor)) (got answer) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &scripted{supervisor: newSupervisor(), steps: steps}
		var out, errs bytes.Buffer
		e := env(f.supervisor, &out, &errs)
		e.Dial = func(ctl.Server) (ctl.API, error) { return f, nil }
		e.UntilInterrupt = func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, f.interrupt = context.WithCancel(ctx)
			return ctx, f.interrupt
		}
		set(&e)
		code := execute(t, e, strings.Fields(line)...)
		got = answer{out.String(), errs.String(), code}
	})
	return got
}

func inAPipe(*ctl.Env) {}

func stops(name string) func(f *supervisor) {
	return func(f *supervisor) {
		p := f.named(name)
		p.Phase, p.PID, p.Description = process.Stopped, 0, "Nov 22 10:05 AM"
	}
}

func nothing(*supervisor) {}

const webRuns = "web                              RUNNING   pid 13, uptime 0:00:05\n"

func TestWatchWritesALinePerChange(t *testing.T) {
	for _, c := range []struct {
		name  string
		line  string
		steps []func(f *supervisor)
		want  answer
	}{
		{"nothing happens", "status -w web", []func(*supervisor){nothing, nothing}, answer{Out: webRuns}},
		{
			"uptime is nothing", "status --watch web",
			[]func(*supervisor){func(f *supervisor) { f.named("web").Description = "pid 13, uptime 0:00:06" }},
			answer{Out: webRuns},
		},
		{
			"another pid", "status -w web",
			[]func(*supervisor){func(f *supervisor) { f.named("web").PID = 14 }},
			answer{Out: webRuns + webRuns},
		},
		{
			"one of two", "status -w grp:*",
			[]func(*supervisor){stops("b"), nothing, stops("web")},
			answer{Out: "grp:a                            RUNNING   pid 11, uptime 0:00:05\n" +
				"grp:b                            RUNNING   pid 12, uptime 0:00:05\n" +
				"grp:b                            STOPPED   Nov 22 10:05 AM\n"},
		},
		{
			"removed and added", "status -w manual later",
			[]func(*supervisor){
				func(f *supervisor) { f.programs = f.programs[4:] },
				func(f *supervisor) {
					f.programs = append(f.programs, &program{Info: control.Info{Group: "later", Name: "later", Description: "Not started"}})
				},
			},
			answer{Out: "later: ERROR (no such process)\n" +
				"manual                           STOPPED   Not started\n" +
				"manual: removed\nmanual: ERROR (no such process)\n" +
				"later                            STOPPED   Not started\n"},
		},
		{
			"lost and back", "status -w web",
			[]func(*supervisor){
				func(f *supervisor) { f.err = io.ErrUnexpectedEOF }, nothing,
				func(f *supervisor) { f.err = nil; stops("web")(f) },
				func(f *supervisor) { f.err = io.ErrUnexpectedEOF },
			},
			answer{
				Out: webRuns + "web                              STOPPED   Nov 22 10:05 AM\n",
				Err: strings.Repeat("error: unix:///run/s.sock has closed the connection; has supervisord ended, or is this another server?; trying again\n", 2),
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, watch(t, inAPipe, c.line, c.steps...)); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// onTerminal is a terminal of that size. Keys come from the standard input.
func onTerminal(columns, rows int) func(e *ctl.Env) {
	return func(e *ctl.Env) {
		e.Terminal = func() (int, bool) { return columns, true }
		e.TerminalRows = func() int { return rows }
	}
}

const (
	entered = "\x1b[?1049h\x1b[?25l"
	left    = "\x1b[?25h\x1b[?1049l"
)

// frame is what draws rows.
func frame(rows ...string) string {
	return "\x1b[H\x1b[2K" + strings.Join(rows, "\r\n\x1b[2K")
}

func TestWatchDrawsWhatHasChanged(t *testing.T) {
	got := watch(t, onTerminal(40, 4), "status -w web nope",
		nothing, stops("web"), nothing, func(f *supervisor) { f.err = io.ErrUnexpectedEOF })
	want := answer{Out: entered +
		frame("nope: ERROR (no such process)", "web  RUNNING  pid 13, uptime 0:00:05", "", "Ctrl-C leaves. 1 RUNNING") +
		frame("nope: ERROR (no such process)", "web  STOPPED  Nov 22 10:05 AM", "", "Ctrl-C leaves. 1 STOPPED") +
		frame("nope: ERROR (no such process)", "web  STOPPED  Nov 22 10:05 AM", "", "Ctrl-C leaves. trying again: unix:///run\x1b[m") +
		left}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestWatchFitsEveryTerminal(t *testing.T) {
	for rows, want := range map[int]string{
		1: frame("q"),
		2: frame("…", "q"),
		3: frame("b", "…", "q"),
		5: frame("b", "g", "g", "…", "q"),
		6: frame("b", "g", "g", "m", "w", "q"),
		7: frame("b", "g", "g", "m", "w", "", "q"),
	} {
		got := watch(t, func(e *ctl.Env) {
			onTerminal(1, rows)(e)
			e.RawStdin = func() (func(), error) { return func() {}, nil }
			e.WaitStdin = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		}, "status -w")
		if d := cmp.Diff(entered+want+left, strings.ReplaceAll(got.Out, "\x1b[m", "")); d != "" {
			t.Errorf("%d rows (-want +got):\n%s", rows, d)
		}
	}
}

// q, and Ctrl-C which is a key then, leave; the terminal is given back in any case.
func TestWatchLeavesByKeys(t *testing.T) {
	for _, key := range []string{"q", "Q", "\x03", "xyzq"} {
		restored := 0
		got := watch(t, func(e *ctl.Env) {
			onTerminal(80, 24)(e)
			e.Stdin = strings.NewReader(key)
			e.RawStdin = func() (func(), error) { return func() { restored++ }, nil }
		}, "status -w", nothing, nothing, nothing, func(*supervisor) { t.Errorf("%q does not leave", key) })
		if !strings.HasSuffix(got.Out, left) || got.Code != 0 || restored != 1 {
			t.Errorf("%q: exit code %d, restored %d times, output %q", key, got.Code, restored, got.Out)
		}
	}
}

func TestWatchEndsWhenItsOutputDoes(t *testing.T) {
	for _, set := range []func(*ctl.Env){inAPipe, onTerminal(80, 24)} {
		synctest.Test(t, func(t *testing.T) {
			var out, errs bytes.Buffer
			e := env(newSupervisor(), &out, &errs)
			set(&e)
			e.Stdout = broken{}
			cmd := ctl.NewCommand("supervisorctl", e)
			cmd.SetArgs([]string{"status", "-w"})
			if err := cmd.ExecuteContext(t.Context()); err == nil || errors.Is(err, context.Canceled) {
				t.Errorf("error is %v, want that of the output", err)
			}
		})
	}
}

// A server that takes connections and does not answer is soon said to be away, and the end
// of --timeout has its exit code.
func TestWatchTellsOfAServerThatHangs(t *testing.T) {
	const words = "unix:///run/s.sock does not answer; is supervisord stopped or overloaded, or a firewall in between?"
	for _, c := range []struct {
		set  func(*ctl.Env)
		want string
	}{
		{inAPipe, "error: " + words + "; trying again\n"},
		{onTerminal(130, 2), "trying again: " + words},
	} {
		got := watch(t, c.set, "status -w --timeout 20s", func(f *supervisor) { f.statusHangs = true }, nothing, nothing, nothing, nothing)
		if !strings.Contains(got.Out+got.Err, c.want) || got.Code != 124 {
			t.Errorf("got %+v, want %q and exit code 124", got, c.want)
		}
	}
}

// What a server answers as an error does not leave its line.
func TestWatchKeepsErrorsInTheirLine(t *testing.T) {
	got := watch(t, onTerminal(80, 2), "status -w web", func(f *supervisor) { f.err = errors.New("a\n\x1b[2Jb") })
	if want := "Ctrl-C leaves. trying again: a\uFFFD\uFFFD[2Jb" + left; !strings.HasSuffix(got.Out, want) {
		t.Errorf("got %q, want it to end with %q", got.Out, want)
	}
}

// A program that is told to end gives the terminal back first.
func TestWatchGivesTheTerminalBackWhenTerminated(t *testing.T) {
	var terminate context.CancelFunc
	restored := 0
	got := watch(t, func(e *ctl.Env) {
		onTerminal(80, 2)(e)
		e.RawStdin = func() (func(), error) { return func() { restored++ }, nil }
		e.WaitStdin = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		e.UntilTerminated = func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, terminate = context.WithCancel(ctx)
			return ctx, terminate
		}
	}, "status -w web", nothing, func(*supervisor) { terminate() }, func(*supervisor) { t.Error("it goes on") })
	if !strings.HasSuffix(got.Out, left) || got.Code != 143 || restored != 1 {
		t.Errorf("exit code %d, restored %d times, output %q", got.Code, restored, got.Out)
	}
}
