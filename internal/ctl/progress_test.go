package ctl_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/control"
	"supervisord/internal/ctl"
	"supervisord/internal/process"
)

// sluggish is a supervisor of workers that take 1.1 s each, one after the other, to start
// or stop.
type sluggish struct {
	*supervisor
	mu sync.Mutex // guards the processes
}

func newSluggish(phase process.Phase, names ...string) *sluggish {
	f := &sluggish{supervisor: &supervisor{version: "4.2.5", api: "3.0"}}
	for _, name := range names {
		f.programs = append(f.programs, &program{Info: control.Info{Group: "w", Name: name, Phase: phase}})
	}
	return f
}

func (f *sluggish) Status(ctx context.Context, sel control.Selector) ([]control.Info, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return f.supervisor.Status(ctx, sel)
}

func (f *sluggish) Start(ctx context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	return f.move(ctx, sel, w, process.Starting, process.Running)
}

func (f *sluggish) Stop(ctx context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	return f.move(ctx, sel, w, process.Stopping, process.Stopped)
}

// move brings all that is selected on its way, and then one after the other to its end.
func (f *sluggish) move(ctx context.Context, sel control.Selector, w control.Wait, by, to process.Phase) ([]control.Result, error) {
	f.mu.Lock()
	found, err := f.pick(sel)
	for _, p := range found {
		p.Phase = by
	}
	f.mu.Unlock()
	var results []control.Result
	for _, p := range found {
		if w == control.WaitDone {
			select {
			case <-time.After(1100 * time.Millisecond): // never when progress is drawn
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			f.mu.Lock()
			p.Phase = to
			f.mu.Unlock()
		}
		results = append(results, control.Result{Group: p.Group, Name: p.Name})
	}
	return results, err
}

// terminal makes the output of a world a terminal.
func terminal(e ctl.Env, columns int, environ ...string) ctl.Env {
	e.Terminal = func() (int, bool) { return columns, true }
	e.LookupEnv = func(key string) (string, bool) {
		for _, variable := range append(environ, "TERM=xterm") {
			if name, value, _ := strings.Cut(variable, "="); name == key {
				return value, true
			}
		}
		return "", false
	}
	return e
}

// runSluggish runs a line in a world with sluggish, as far as that was changed.
func runSluggish(t *testing.T, f *sluggish, change func(*ctl.Env), line string) (got answer) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var out, errs bytes.Buffer
		e := env(f.supervisor, &out, &errs)
		e.Dial = func(ctl.Server) (ctl.API, error) { return f, nil }
		change(&e)
		code := execute(t, e, strings.Fields(line)...)
		got = answer{strings.ReplaceAll(out.String(), "\r\x1b[K", "<"), errs.String(), code}
	})
	return got
}

func atTerminal(e *ctl.Env) { *e = terminal(*e, 30) }
func inPipe(*ctl.Env)       {}

const goesOn = "; the verb status tells how far it is\n"

// On a terminal one line shows how far it is while it lasts; nothing of it stays.
func TestProgress(t *testing.T) {
	const done = "w:a: started\nw:b: started\nw:c: started\n"
	for _, c := range []struct {
		line  string
		where func(*ctl.Env)
		want  answer
	}{
		{"start all", atTerminal, answer{Out: "<starting 0/3  w:a w:b w:c<starting 1/3  w:b w:c<starting 2/3  w:c<" + done}},
		{"start w:*", inPipe, answer{Out: done}},
		{"start w:* --no-wait", atTerminal, answer{Out: strings.ReplaceAll(done, "started", "starting")}},
		{"start all", func(e *ctl.Env) { *e = terminal(*e, 20) }, answer{Out: "<starting 0/3  w:a …<starting 1/3  w:b …<starting 2/3  w:c<" + done}},
		{"start all", func(e *ctl.Env) { *e = terminal(*e, 20, "TERM=dumb") }, answer{Out: done}},
		{"start w:a w:b", atTerminal, answer{Out: "<starting 0/2  w:a<w:a: started\n<starting 1/2  w:b<w:b: started\n"}},
		{"stop all", atTerminal, answer{Out: "<stopping 0/3  w:a w:b w:c<stopping 1/3  w:b w:c<stopping 2/3  w:c<" + strings.ReplaceAll(done, "started", "stopped")}},
	} {
		got := runSluggish(t, newSluggish(process.Stopped, "a", "b", "c"), c.where, c.line)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.line, d)
		}
	}
}

// A wait that is over tells what is on its way, what was not begun and what goes on.
func TestTimeout(t *testing.T) {
	for _, c := range []struct {
		line string
		want answer
	}{
		{"start all --timeout=1500ms", answer{
			"w:b: ERROR (timed out, still STARTING)\nw:c: ERROR (timed out, still STARTING)\n",
			"hint: supervisord goes on starting" + goesOn, 124,
		}},
		{"start w:a w:b w:* --timeout=1500ms", answer{
			"w:a: started\nw:b: ERROR (timed out, still STARTING)\nw:*: ERROR (timed out before its turn)\n",
			"hint: supervisord goes on starting" + goesOn, 124,
		}},
		{"stop w:a --timeout 1ms", answer{
			"w:a: ERROR (timed out, still STOPPING)\n",
			"hint: supervisord goes on stopping" + goesOn, 124,
		}},
		{"restart w:a --timeout 1ms", answer{
			"w:a: ERROR (timed out, still STOPPING)\n",
			"hint: supervisord goes on stopping" + goesOn, 124,
		}},
		{"restart w:a --timeout 1500ms", answer{
			"w:a: stopped\nw:a: ERROR (timed out, still STARTING)\n",
			"hint: supervisord goes on starting" + goesOn, 124,
		}},
		{"stop-group w --timeout=1m", answer{Out: "w:a: stopped\nw:b: stopped\nw:c: stopped\n"}},
		{"update --timeout=1500ms", answer{
			"w:b: ERROR (timed out, still STOPPING)\nw:c: ERROR (timed out, still STOPPING)\n",
			"hint: supervisord goes on stopping" + goesOn, 124,
		}},
	} {
		f := newSluggish(process.Stopped, "a", "b", "c")
		f.diff = control.Diff{Changed: []string{"w"}}
		if d := cmp.Diff(c.want, runSluggish(t, f, inPipe, c.line)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.line, d)
		}
	}
}

// hung is a supervisor that does not answer.
type hung struct{ *supervisor }

func (hung) APIVersion(ctx context.Context) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

func (hung) Reread(ctx context.Context) (control.Diff, error) {
	<-ctx.Done()
	return control.Diff{}, ctx.Err()
}

// --timeout also ends what never began.
func TestTimeoutOfAServerThatHangs(t *testing.T) {
	const mute = "error: unix:///run/s.sock does not answer; is supervisord stopped or overloaded, or a firewall in between?\n"
	for line, want := range map[string]answer{
		"start web --timeout 3":     {Out: mute, Code: 124},
		"status --wait --timeout 3": {Out: mute, Code: 124},
		"update --timeout 3":        {"error: timed out\n", "hint: supervisord goes on with what it has begun" + goesOn, 124},
	} {
		hang := func(e *ctl.Env) { e.Dial = func(ctl.Server) (ctl.API, error) { return hung{newSupervisor()}, nil } }
		if d := cmp.Diff(want, runSluggish(t, newSluggish(process.Stopped), hang, line)); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
	}
}

// Ctrl-C ends the wait, not the work.
func TestInterrupt(t *testing.T) {
	interrupted := func(e *ctl.Env) {
		e.UntilInterrupt = func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(1500*time.Millisecond, cancel)
			return ctx, cancel
		}
	}
	want := answer{"w:b: ERROR (interrupted, still STARTING)\n", "hint: supervisord goes on starting" + goesOn, 130}
	if d := cmp.Diff(want, runSluggish(t, newSluggish(process.Stopped, "a", "b"), interrupted, "start all")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	both := func(e *ctl.Env) { atTerminal(e); interrupted(e) }
	want.Out = "<starting 0/2  w:a w:b<starting 1/2  w:b<w:b: \x1b[31mERROR (interrupted, still STARTING)\x1b[0m\n"
	if d := cmp.Diff(want, runSluggish(t, newSluggish(process.Stopped, "a", "b"), both, "start all")); d != "" {
		t.Errorf("on a terminal (-want +got):\n%s", d)
	}
}

// status --wait returns when all are there, when one never will be, or in time.
func TestStatusWaits(t *testing.T) {
	const a, b = "w:a                              ", "w:b                              "
	for _, c := range []struct {
		line  string
		where func(*ctl.Env)
		first process.Phase // of b, which is RUNNING after a second
		want  answer
	}{
		{"status --wait", inPipe, process.Starting, answer{Out: a + "RUNNING   \n" + b + "RUNNING   \n"}},
		{"status --wait w:a", inPipe, process.Starting, answer{Out: a + "RUNNING   \n"}},
		{"status --wait=stopped w:b", inPipe, process.Stopped, answer{Out: b + "STOPPED   \n"}},
		{"status --wait all nope", inPipe, process.Fatal, answer{Out: a + "RUNNING   \n" + b + "FATAL     \n", Code: 3}},
		{"status --wait w:b nope", inPipe, process.Starting, answer{Out: "nope: ERROR (no such process)\n" + b + "RUNNING   \n", Code: 4}},
		{"status --wait=EXITED --timeout=5s", inPipe, process.Starting, answer{Out: a + "RUNNING   \n" + b + "RUNNING   \n", Code: 124}},
		{"status --wait", atTerminal, process.Starting, answer{Out: "<waiting for RUNNING 1/2  w:b<" +
			"w:a  \x1b[32mRUNNING\x1b[0m  \nw:b  \x1b[32mRUNNING\x1b[0m  \n"}},
	} {
		f := newSluggish(process.Running, "a", "b")
		f.programs[1].Phase = c.first
		if c.first == process.Starting {
			place := c.where
			c.where = func(e *ctl.Env) {
				place(e)
				time.AfterFunc(1100*time.Millisecond, func() {
					f.mu.Lock()
					defer f.mu.Unlock()
					f.programs[1].Phase = process.Running
				})
			}
		}
		if d := cmp.Diff(c.want, runSluggish(t, f, c.where, c.line)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.line, d)
		}
	}
}

// removing is a supervisor whose user interrupts when a group has been removed.
type removing struct {
	*supervisor
	interrupt context.CancelFunc
}

func (f *removing) RemoveGroup(ctx context.Context, name string) error {
	defer f.interrupt()
	return f.supervisor.RemoveGroup(ctx, name)
}

// An update that is interrupted between two steps is not done.
func TestInterruptBetweenTheStepsOfAnUpdate(t *testing.T) {
	f := &removing{supervisor: newSupervisor()}
	f.diff = control.Diff{Changed: []string{"web"}}
	var out, errs bytes.Buffer
	e := env(f.supervisor, &out, &errs)
	e.Dial = func(ctl.Server) (ctl.API, error) { return f, nil }
	e.UntilInterrupt = func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, f.interrupt = context.WithCancel(ctx)
		return ctx, f.interrupt
	}
	code := execute(t, e, "update")
	want := answer{"web: stopped\nerror: interrupted\n", "hint: supervisord goes on with what it has begun" + goesOn, 130}
	if d := cmp.Diff(want, answer{out.String(), errs.String(), code}); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
