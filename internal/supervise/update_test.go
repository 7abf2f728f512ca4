package supervise_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config"
	"supervisord/internal/control"
)

// update carries out what the file says and returns what became of each process.
func update(t *testing.T, r *running, groups ...string) map[string]control.Step {
	t.Helper()
	plan, err := r.Update(t.Context(), groups)
	if err != nil {
		t.Fatal(err)
	}
	return stepsOf(plan)
}

func stepsOf(plan control.Plan) map[string]control.Step {
	steps := map[string]control.Step{}
	for _, g := range plan.Groups {
		for _, p := range g.Processes {
			steps[g.Name+":"+p.Name] = p.Step
		}
	}
	return steps
}

// pids returns the pid of every process, 0 for one that does not run.
func pids(t *testing.T, r *running) map[string]int {
	t.Helper()
	infos, err := r.Status(t.Context(), control.All())
	if err != nil {
		t.Fatal(err)
	}
	pids := map[string]int{}
	for _, i := range infos {
		pids[i.Group+":"+i.Name] = i.PID
	}
	return pids
}

// member returns a program that is a member of a group.
func member(group, name string, change ...func(*config.Program)) config.Program {
	p := program(name, change...).Programs[0]
	p.Group = group
	return p
}

func groupOf(name string, programs ...config.Program) config.Group {
	return config.Group{Name: name, Priority: 999, Programs: programs}
}

func command(c string) func(*config.Program) {
	return func(p *config.Program) { p.Command = c }
}

func logfile(path string) func(*config.Program) {
	return func(p *config.Program) { p.Stdout.Targets = []config.LogTarget{{Kind: config.LogFile, Path: path}} }
}

func startSecs(d time.Duration) func(*config.Program) {
	return func(p *config.Program) { p.StartSecs = d }
}

func TestUpdateTouchesOnlyWhatChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("same"), program("gone"), program("live"), program("later"), program("again"),
			groupOf("g", member("g", "a"), member("g", "b"), member("g", "c")))
		time.Sleep(time.Minute)
		before := pids(t, r)
		off := func(p *config.Program) { p.AutoStart = false }
		r.write(program("same"), program("live", startSecs(5*time.Second)), program("later", logfile("/log")), program("again", command("x")),
			groupOf("g", member("g", "d"), member("g", "c", command("x")), member("g", "a")), program("new"), program("idle", off))
		want := map[string]control.Step{
			"gone:gone": control.StepStop, "live:live": control.StepLive, "later:later": control.StepNextStart, "again:again": control.StepRestart,
			"g:d": control.StepStart, "g:c": control.StepRestart, "g:b": control.StepStop, "new:new": control.StepStart, "idle:idle": control.StepAdd,
		}
		plan, err := r.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, stepsOf(plan)); d != "" {
			t.Errorf("plan (-want +got):\n%s", d)
		}
		if d := cmp.Diff(before, pids(t, r)); d != "" {
			t.Errorf("a plan changes something (-want +got):\n%s", d)
		}
		if d := cmp.Diff(want, update(t, r)); d != "" {
			t.Errorf("update (-want +got):\n%s", d)
		}
		time.Sleep(time.Minute)
		after := pids(t, r)
		for _, name := range []string{"same:same", "live:live", "later:later", "g:a"} {
			if after[name] != before[name] {
				t.Errorf("%s had pid %d and has %d", name, before[name], after[name])
			}
		}
		for _, name := range []string{"again:again", "g:c", "g:d", "new:new"} {
			if after[name] == 0 || after[name] == before[name] {
				t.Errorf("%s had pid %d and has %d", name, before[name], after[name])
			}
		}
		if after["idle:idle"] != 0 || len(after) != 9 {
			t.Errorf("afterwards there is %v", after)
		}
		if d := cmp.Diff(map[string]control.Step{}, update(t, r)); d != "" {
			t.Errorf("the second time (-want +got):\n%s", d)
		}
	})
}

func TestUpdateOfNamedGroupsLeavesTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("a"), program("b"))
		time.Sleep(time.Minute)
		r.write(program("a", command("x")), program("b", command("x")), program("c"))
		if d := cmp.Diff(map[string]control.Step{"a:a": control.StepRestart}, update(t, r, "a")); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
		_, err := r.Update(t.Context(), []string{"b", "nobody"})
		wantFault(t, err, control.BadName)
		if d := cmp.Diff(map[string]control.Step{"b:b": control.StepRestart, "c:c": control.StepStart}, update(t, r)); d != "" {
			t.Errorf("the rest (-want +got):\n%s", d)
		}
	})
}

func TestBrokenFileChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("web"))
		time.Sleep(time.Minute)
		r.write()
		r.fileErr = errors.New("f:1: no\nf:2: no")
		_, err := r.Plan(t.Context())
		wantFault(t, err, control.CantReread)
		_, err = r.Update(t.Context(), nil)
		if want := control.NewFault(control.CantReread, "f:1: no\nf:2: no"); !errors.Is(err, want) || err.Error() != want.Error() {
			t.Errorf("got %v, want %v", err, want)
		}
		wantPhases(t, r, "web", "STARTING 0s", "RUNNING 1s")
	})
}

// What is stopped by hand, and what has done its work, stays so whatever changes; what
// was given up is tried again if that may help.
func TestUpdateOfWhatDoesNotRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"job": {lasts: 5 * time.Second}, "ill": {lasts: time.Millisecond}}},
			program("byhand"), program("job"), program("ill", func(p *config.Program) { p.StartRetries = 0 }), program("hurt", func(p *config.Program) { p.StartRetries = 0 }))
		time.Sleep(time.Minute)
		if _, err := r.Stop(t.Context(), one("byhand"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		x := command("x")
		r.write(program("byhand", x), program("job", x), program("ill", x, func(p *config.Program) { p.StartRetries = 0 }), program("hurt", func(p *config.Program) { p.StartRetries = 0 }))
		want := map[string]control.Step{"byhand:byhand": control.StepNextStart, "job:job": control.StepNextStart, "ill:ill": control.StepStart}
		if d := cmp.Diff(want, update(t, r)); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
		wantPhases(t, r, "byhand", "STARTING 0s", "RUNNING 1s", "STOPPING 1m0s", "STOPPED 1m0s")
		wantPhases(t, r, "job", "STARTING 0s", "RUNNING 1s", "EXITED 5s")
		if got := r.starts("ill"); got != 2 {
			t.Errorf("%d starts of what was given up, want 2", got)
		}
		if _, err := r.Start(t.Context(), one("byhand"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		if got := r.commands("byhand"); !slices.Equal(got, []string{"", "x"}) {
			t.Errorf("started with %q", got)
		}
	})
}

func TestLiveOptionHasItsEffectOnTheRunningProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("web"))
		time.Sleep(time.Minute)
		r.write(program("web", func(p *config.Program) { p.StopSignals = []config.Signal{{Number: 2, Name: "INT"}} }))
		update(t, r)
		if _, err := r.Stop(t.Context(), one("web"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"INT web"}, r.signals()); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	})
}

// A child that is replaced is stopped in the way it was started with.
func TestReplacedProcessIsStoppedByItsOldOptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("web"))
		time.Sleep(time.Minute)
		r.write(program("web", command("x"), startSecs(3*time.Second), func(p *config.Program) { p.StopSignals = []config.Signal{{Number: 2, Name: "INT"}} }))
		update(t, r)
		time.Sleep(time.Minute)
		wantPhases(t, r, "web", "STARTING 0s", "RUNNING 1s", "STOPPING 1m0s", "STOPPED 1m0s", "STARTING 1m0s", "RUNNING 1m3s")
		if _, err := r.Stop(t.Context(), one("web"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"TERM web", "INT web"}, r.signals()); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	})
}

func pending(t *testing.T, r *running, name string) []string {
	t.Helper()
	infos, err := r.Status(t.Context(), one(name))
	if err != nil {
		t.Fatal(err)
	}
	return infos[0].Pending
}

func TestWhatWaitsForTheNextStartIsPendingUntilThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"web": {lasts: time.Hour, exit: 1}}}, program("web"), program("off", func(p *config.Program) { p.AutoStart = false }))
		time.Sleep(time.Minute)
		r.write(program("web", logfile("/log"), startSecs(2*time.Second)), program("off", logfile("/log")))
		update(t, r)
		if d := cmp.Diff([]string{"stdout_logfile"}, pending(t, r, "web")); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
		if got := pending(t, r, "off"); got != nil {
			t.Errorf("pending without a child: %v", got)
		}
		r.write(program("web", startSecs(2*time.Second)), program("off"))
		update(t, r)
		if got := pending(t, r, "web"); got != nil {
			t.Errorf("pending after it was taken back: %v", got)
		}
		r.write(program("web", logfile("/log"), startSecs(2*time.Second)), program("off"))
		update(t, r)
		time.Sleep(time.Hour) // it ends, and is started again
		if got := pending(t, r, "web"); got != nil {
			t.Errorf("pending after the next start: %v", got)
		}
		if d := cmp.Diff([]string{"", "/log"}, r.logfiles("web")); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	})
}

// A program that moves to another group runs once at a time.
func TestNewProcessesStartWhenTheOldHaveStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"b": {deaf: true}}}, groupOf("g", member("g", "a"), member("g", "b")))
		time.Sleep(time.Minute)
		r.write(groupOf("g", member("g", "a")), program("b"))
		update(t, r)
		wantPhases(t, r, "b", "STARTING 0s", "RUNNING 1s", "STOPPING 1m0s", "STOPPED 1m10s", "STARTING 1m10s")
		wantPhases(t, r, "a", "STARTING 0s", "RUNNING 1s")
	})
}

func TestUpdateGoesOnWithoutItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"slow": {deaf: true}}}, program("slow"), program("web"))
		time.Sleep(time.Minute)
		r.write(program("slow", command("x")), program("web", command("x")))
		ctx, cancel := contextFor(t, time.Second)
		defer cancel()
		if _, err := r.Update(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		// Nobody waits for the slow one of another group.
		wantPhases(t, r, "web", "STARTING 0s", "RUNNING 1s", "STOPPING 1m0s", "STOPPED 1m0s", "STARTING 1m0s", "RUNNING 1m1s")
		time.Sleep(time.Minute)
		wantPhases(t, r, "slow", "STARTING 0s", "RUNNING 1s", "STOPPING 1m0s", "STOPPED 1m10s", "STARTING 1m10s", "RUNNING 1m11s")
	})
}

func TestWhatCannotBeStoppedStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"g0": {noKill: true, lasts: time.Hour}, "gone": {noKill: true, lasts: time.Hour}}},
			groupOf("g", member("g", "g0"), member("g", "g1")), program("gone"))
		time.Sleep(time.Minute)
		before := pids(t, r)
		r.write(groupOf("g", member("g", "g1", command("x"))))
		plan, err := r.Update(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range plan.Groups {
			if g.Problem == "" {
				t.Errorf("%s has no problem", g.Name)
			}
		}
		time.Sleep(time.Minute)
		after := pids(t, r)
		if after["g:g0"] != before["g:g0"] || after["gone:gone"] != before["gone:gone"] || after["g:g1"] == before["g:g1"] {
			t.Errorf("pids were %v and are %v", before, after)
		}
		want := map[string]control.Step{"g:g0": control.StepStop, "gone:gone": control.StepStop}
		if plan, err = r.Plan(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, stepsOf(plan)); d != "" {
			t.Errorf("the next plan (-want +got):\n%s", d)
		}
		time.Sleep(2 * time.Hour) // they end by themselves
		update(t, r)
		if d := cmp.Diff(map[string]int{"g:g1": after["g:g1"]}, pids(t, r)); d != "" {
			t.Errorf("at last (-want +got):\n%s", d)
		}
	})
}

func TestShutdownEndsAnUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"slow": {deaf: true}}}, program("slow"))
		time.Sleep(time.Minute)
		r.write(program("slow", command("x")), program("new"))
		done := make(chan error)
		go func() {
			_, err := r.Update(t.Context(), nil)
			done <- err
		}()
		time.Sleep(time.Second)
		if err := r.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantFault(t, <-done, control.ShutdownState)
		wantPhases(t, r, "slow", "STARTING 0s", "RUNNING 1s", "STOPPING 1m0s", "STOPPED 1m10s")
		wantPhases(t, r, "new")
		_, err := r.Update(t.Context(), nil)
		wantFault(t, err, control.ShutdownState)
	})
}

// The events that a listener wants change while it runs, and what waits for it is kept.
func TestListenerIsUpdatedInPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hears, seen := types(time.Second)
		r := run(t, &fakeOS{hears: hears}, listenerGroup("l", "PROCESS_STATE_RUNNING"), program("web"), program("web2"))
		time.Sleep(1500 * time.Millisecond) // the second of the two events waits
		before := pids(t, r)
		r.write(listenerGroup("l", "PROCESS_STATE_STOPPED"), program("web"), program("web2"))
		if d := cmp.Diff(map[string]control.Step{}, update(t, r)); d != "" {
			t.Errorf("steps (-want +got):\n%s", d)
		}
		if _, err := r.Stop(t.Context(), control.OfGroup("web"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		want := []string{"PROCESS_STATE_RUNNING", "PROCESS_STATE_RUNNING", "PROCESS_STATE_RUNNING", "PROCESS_STATE_STOPPED"}
		if d := cmp.Diff(want, seen()); d != "" {
			t.Errorf("events (-want +got):\n%s", d)
		}
		if after := pids(t, r); after["l:l"] != before["l:l"] {
			t.Error("the listener was restarted")
		}
		r.write(program("l"), program("web"), program("web2"))
		if d := cmp.Diff(map[string]control.Step{"l:l": control.StepRestart}, update(t, r)); d != "" {
			t.Errorf("a listener no more (-want +got):\n%s", d)
		}
		time.Sleep(time.Minute)
		if len(r.ListenerStats()) != 0 {
			t.Error("the pool is still there")
		}
		r.write(listenerGroup("l", "PROCESS_STATE_STARTING"), program("web"), program("web2"))
		update(t, r)
		if _, err := r.Start(t.Context(), one("web"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if got := seen()[len(want):]; !slices.Equal(got, []string{"PROCESS_STATE_STARTING", "PROCESS_STATE_STARTING"}) {
			t.Errorf("a listener again hears %v", got)
		}
	})
}

// The order among groups and processes follows the file.
func TestUpdateChangesTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := func(p *config.Program) { p.Priority = 1 }
		r := run(t, &fakeOS{}, program("a"), program("b"), groupOf("g", member("g", "x"), member("g", "y")))
		time.Sleep(time.Minute)
		before := pids(t, r)
		r.write(program("b", first), program("a"), groupOf("g", member("g", "y"), member("g", "x")))
		update(t, r)
		if d := cmp.Diff(before, pids(t, r)); d != "" {
			t.Errorf("pids (-want +got):\n%s", d)
		}
		if _, err := r.Stop(t.Context(), control.All(), control.NoWait); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"TERM b", "TERM a", "TERM y", "TERM x"}, r.signals()); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	})
}
