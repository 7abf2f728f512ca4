package ctl_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/control"
	"supervisord/internal/ctl"
	"supervisord/internal/process"
)

// foreground is an fg of web, as a test sets it up: web writes "one" and "two", nobody
// types and nobody interrupts.
type foreground struct {
	*supervisor
	env       ctl.Env
	out, errs bytes.Buffer
	// asked is called for each Status, which it may change, after the first.
	asked func(infos []control.Info) ([]control.Info, error)
	again atomic.Bool
	// late is what comes on stdout after some time.
	late string
}

func newForeground() *foreground {
	f := &foreground{supervisor: newSupervisor()}
	f.named("web").stderr = ""
	f.idle = func() {}
	f.env = env(f.supervisor, &f.out, &f.errs)
	f.env.Dial = func(ctl.Server) (ctl.API, error) { return f, nil }
	f.env.WaitStdin = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	return f
}

// types makes text the standard input, which ends behind it.
func (f *foreground) types(text string) {
	f.env.Stdin = strings.NewReader(text)
	f.env.WaitStdin = func(ctx context.Context) error { return ctx.Err() }
}

// interruptedAfter makes the user press Ctrl-C.
func (f *foreground) interruptedAfter(d time.Duration) {
	f.env.UntilInterrupt = func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, d)
	}
}

func (f *foreground) Status(ctx context.Context, sel control.Selector) ([]control.Info, error) {
	infos, err := f.supervisor.Status(ctx, sel)
	if !f.again.Swap(true) || f.asked == nil || err != nil {
		return infos, err
	}
	return f.asked(infos)
}

func (f *foreground) FollowLog(ctx context.Context, log control.LogName, back int64) (iter.Seq2[[]byte, error], error) {
	chunks, err := f.supervisor.FollowLog(ctx, log, back)
	if f.late == "" || log.Stream != control.Stdout {
		return chunks, err
	}
	return func(yield func([]byte, error) bool) {
		if yield([]byte(f.named("web").stdout), nil) {
			time.Sleep(150 * time.Millisecond) // fake
			yield([]byte(f.late), nil)
			<-ctx.Done()
		}
	}, nil
}

func TestForeground(t *testing.T) {
	const shown = exitHint + "one\ntwo\n"
	const left = "Exiting foreground\n"
	const log = "unix:///run/s.sock/logtail/web/"
	for _, c := range []struct {
		name      string
		set       func(f *foreground)
		want      answer
		wantStdin string
	}{
		{
			name: "the end of the input leaves, and the last line is whole",
			set:  func(f *foreground) { f.types("hello\nü") },
			want: answer{Out: shown + left}, wantStdin: "hello\nü\n",
		},
		{
			name: "Ctrl-C leaves",
			set:  func(f *foreground) { f.interruptedAfter(time.Hour) },
			want: answer{Out: shown + left},
		},
		{
			name: "Ctrl-C on a terminal",
			set: func(f *foreground) {
				f.interruptedAfter(time.Hour)
				f.env.Terminal = func() (int, bool) { return 80, true }
			},
			want: answer{Out: shown + "\n" + left},
		},
		{
			name: "what is written last is shown",
			set:  func(f *foreground) { f.types(""); f.late = "three\n" },
			want: answer{Out: shown + "three\n" + left},
		},
		{
			name: "the process is stopped",
			set: func(f *foreground) {
				f.asked = func(infos []control.Info) ([]control.Info, error) {
					infos[0].Phase, infos[0].PID = process.Stopped, 0
					return infos, nil
				}
			},
			want: answer{Out: shown + "Process got killed\n" + left},
		},
		{
			name: "the process is another one",
			set: func(f *foreground) {
				f.asked = func(infos []control.Info) ([]control.Info, error) { infos[0].PID++; return infos, nil }
			},
			want: answer{Out: shown + "Process got killed\n" + left},
		},
		{
			name: "the process is removed",
			set: func(f *foreground) {
				f.asked = func([]control.Info) ([]control.Info, error) { return nil, control.NewFault(control.BadName, "web") }
			},
			want: answer{Out: shown + "Process got killed\n" + left},
		},
		{
			name: "the process dies before it is written to",
			set:  func(f *foreground) { f.types("hello\n"); f.stdinErr = control.NewFault(control.NotRunning, "web") },
			want: answer{Out: shown + "Process got killed\n" + left}, wantStdin: "hello\n",
		},
		{
			name: "the process reads nothing more",
			set: func(f *foreground) {
				f.types("hello\nyou\n")
				f.stdinErr = control.NewFault(control.NoFile, "web")
				f.interruptedAfter(time.Hour)
			},
			want:      answer{Out: shown + left, Err: "web: it does not read its standard input; Ctrl-C leaves\n"},
			wantStdin: "hello\nyou\n",
		},
		{
			name: "the server is gone",
			set: func(f *foreground) {
				f.asked = func([]control.Info) ([]control.Info, error) { return nil, io.ErrUnexpectedEOF }
			},
			want: answer{Out: shown + "error: unix:///run/s.sock has closed the connection; has supervisord ended, or is this another server?\n", Code: 1},
		},
		{
			name: "the server dies, and breaks off what it is asked just then",
			set: func(f *foreground) {
				f.followErr = io.ErrUnexpectedEOF
				err := fmt.Errorf("read: %w", syscall.ECONNRESET)
				f.asked = func([]control.Info) ([]control.Info, error) {
					now := err
					err = fs.ErrNotExist
					return nil, now
				}
			},
			want: answer{
				Out: shown + "error: unix:///run/s.sock no such file\n",
				Err: "hint: is supervisord running? The address is that of a test.\n", Code: 1,
			},
		},
		{
			name: "the server breaks off its answers, which is no end of the input",
			set: func(f *foreground) {
				f.asked = func([]control.Info) ([]control.Info, error) { return nil, fmt.Errorf("read: %w", io.EOF) }
			},
			want: answer{Out: shown + "error: unix:///run/s.sock has closed the connection; has supervisord ended, or is this another server?\n", Code: 1},
		},
		{
			name: "the server takes nothing that is typed, which is no end of the input",
			set:  func(f *foreground) { f.types("hello\n"); f.stdinErr = fmt.Errorf("read: %w", io.EOF) },
			want: answer{Out: shown + "error: unix:///run/s.sock has closed the connection; has supervisord ended, or is this another server?\n", Code: 1}, wantStdin: "hello\n",
		},
		{
			name: "the connection of the log breaks",
			set:  func(f *foreground) { f.followErr = io.ErrUnexpectedEOF },
			want: answer{Out: shown + "error: unix:///run/s.sock has closed the connection; has supervisord ended, or is this another server?\n", Code: 1},
		},
		{
			name: "the server ends the log",
			set:  func(f *foreground) { f.idle = nil },
			want: answer{Out: shown + "error: the server shows no more output\n", Code: 1},
		},
		{
			name: "there are no logs",
			set:  func(f *foreground) { f.named("web").noLog = true; f.types("hello\n") },
			want: answer{Out: exitHint + left, Err: log + "stdout Cannot read, status code 404\n"}, wantStdin: "hello\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newForeground()
				c.set(f)
				code := execute(t, f.env, "fg", "web")
				if d := cmp.Diff(c.want, answer{f.out.String(), f.errs.String(), code}); d != "" {
					t.Errorf("-want +got:\n%s", d)
				}
				if d := cmp.Diff(c.wantStdin, f.stdin); d != "" {
					t.Errorf("stdin of web, -want +got:\n%s", d)
				}
			})
		})
	}
}

// A program that never stops writing does not keep fg from leaving.
func TestForegroundLeavesAProgramThatGoesOnWriting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newForeground()
		f.types("")
		f.more = make([]string, 100)
		for i := range f.more {
			f.more[i] = "."
		}
		f.env.Stdout = slow{}
		begin := time.Now()
		if code := execute(t, f.env, "fg", "web"); code != 0 {
			t.Errorf("exit code %d", code)
		}
		if took := time.Since(begin); took > 3*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// slow is an output that takes its time.
type slow struct{}

func (slow) Write(p []byte) (int, error) {
	time.Sleep(100 * time.Millisecond) // fake
	return len(p), nil
}

func TestForegroundNeedsTheNameOfOneRunningProcess(t *testing.T) {
	const bad = "ERROR: bad process name supplied\n"
	for line, want := range map[string]string{
		"fg":         "ERROR: no process name supplied\nfg <process>\tConnect to a process in foreground mode\n\t\tCtrl-C to exit\n",
		"fg a b":     "ERROR: too many process names supplied\n",
		"fg nope":    bad,
		"fg grp":     bad,
		"fg grp:":    bad,
		"fg grp:*":   bad,
		"fg all":     bad,
		"fg :":       bad,
		"fg manual":  "ERROR: process not running\n",
		"fg nope:* ": bad,
	} {
		if d := cmp.Diff(answer{Out: want, Code: 1}, run(t, newSupervisor(), line)); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
	}
}

func TestForegroundEndsWhenItsOutputDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newForeground()
		f.env.Stdout = broken{}
		cmd := ctl.NewCommand("supervisorctl", f.env)
		cmd.SetArgs([]string{"fg", "web"})
		if err := cmd.ExecuteContext(t.Context()); err == nil || err.Error() != "disk full" {
			t.Errorf("error is %v, want disk full", err)
		}
	})
}
