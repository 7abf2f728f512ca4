package supervise_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config"
	"supervisord/internal/control"
)

func wantPhases(t *testing.T, r *running, name string, want ...string) {
	t.Helper()
	synctest.Wait()
	if diff := cmp.Diff(want, r.seen(name)); diff != "" {
		t.Errorf("phases of %s (-want +got):\n%s", name, diff)
	}
}

func wantFault(t *testing.T, err error, code control.Code) {
	t.Helper()
	if f, ok := errors.AsType[*control.Fault](err); !ok || f.Code != code {
		t.Errorf("got %v, want fault %v", err, code)
	}
}

func contextFor(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), d)
}

func one(name string) control.Selector { return control.ParseSelector(name) }

func TestAutostartReachesRunningAfterStartsecs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("web"), program("idle", func(p *config.Program) { p.AutoStart = false }))
		time.Sleep(time.Hour)
		wantPhases(t, r, "web", "STARTING 0s", "RUNNING 1s")
		wantPhases(t, r, "idle")
	})
}

func TestExitedUnexpectedlyIsStartedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"web": {lasts: 3 * time.Second, exit: 1}}}, program("web"))
		time.Sleep(5 * time.Second)
		wantPhases(t, r, "web", "STARTING 0s", "RUNNING 1s", "EXITED 3s", "STARTING 3s", "RUNNING 4s")
	})
}

func TestFailingStartEndsInFatal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"web": {lasts: time.Millisecond}}},
			program("web", func(p *config.Program) { p.StartRetries = 1 }))
		time.Sleep(time.Hour)
		wantPhases(t, r, "web", "STARTING 0s", "BACKOFF 1ms", "STARTING 1.001s", "BACKOFF 1.002s", "FATAL 1.002s")
	})
}

func TestStartsecsZeroThatEndsAtOnceStartsOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"web": {lasts: time.Millisecond, exit: 1}}},
			program("web", func(p *config.Program) { p.StartSecs = 0 }))
		time.Sleep(10*time.Second + 500*time.Millisecond)
		synctest.Wait()
		if got := r.starts("web"); got != 11 {
			t.Errorf("%d starts in 10.5 s, want 11", got)
		}
	})
}

func TestStopWaitsAndEscalates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"web": {deaf: true}}}, program("web", func(p *config.Program) {
			p.StopSignals = []config.Signal{{Number: 15}, {Number: 2}}
			p.KillAsGroup = true
		}))
		time.Sleep(time.Minute)
		if _, err := r.Stop(t.Context(), one("web"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		wantPhases(t, r, "web", "STARTING 0s", "RUNNING 1s", "STOPPING 1m0s", "STOPPED 1m20s")
		if diff := cmp.Diff([]string{"TERM web", "INT web", "KILL -web"}, r.signals()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestStopReturnsAtOnceWithoutWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"web": {deaf: true}}}, program("web"))
		time.Sleep(time.Minute)
		if _, err := r.Stop(t.Context(), one("web"), control.NoWait); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(r.start); got != time.Minute {
			t.Errorf("stop returned at %v", got)
		}
		_, err := r.Stop(t.Context(), one("web"), control.NoWait)
		wantFault(t, err, control.NotRunning)
		_, err = r.Start(t.Context(), one("web"), control.WaitDone)
		wantFault(t, err, control.AbnormalTermination)
	})
}

func TestStartFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		off := func(p *config.Program) { p.AutoStart = false }
		r := run(t, &fakeOS{lives: map[string]life{
			"quick": {lasts: time.Millisecond}, "nospawn": {noSpawn: "fork failed"}, "nofile": {noFile: true},
		}}, program("web"), program("quick", off), program("nospawn", off), program("nofile", off))
		time.Sleep(time.Minute)
		for name, want := range map[string]control.Code{
			"web": control.AlreadyStarted, "quick": control.SpawnError, "nospawn": control.SpawnError,
			"nofile": control.NoFile, "nobody": control.BadName, "web:x": control.BadName,
		} {
			_, err := r.Start(t.Context(), one(name), control.WaitDone)
			t.Log(name)
			wantFault(t, err, want)
		}
	})
}

func TestStartNoWaitReturnsOnceSpawned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"web": {spawn: 3 * time.Second}}},
			program("web", func(p *config.Program) { p.AutoStart = false; p.StartSecs = time.Minute }))
		if _, err := r.Start(t.Context(), one("web"), control.NoWait); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(r.start); got != 3*time.Second {
			t.Errorf("returned after %v, want 3s", got)
		}
		if _, err := r.Start(t.Context(), one("web"), control.NoWait); err == nil {
			t.Error("a second start was accepted")
		}
		time.Sleep(time.Hour)
		// startsecs counts from the fork, not from the request.
		wantPhases(t, r, "web", "STARTING 0s", "RUNNING 1m3s")
	})
}

func TestStopDuringForkReachesTheChild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"web": {spawn: 3 * time.Second}}}, program("web"))
		time.Sleep(time.Second)
		if _, err := r.Stop(t.Context(), one("web"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		wantPhases(t, r, "web", "STARTING 0s", "STOPPING 1s", "STOPPED 3s")
	})
}

func TestGroupResultsComeInOrderOfCompletion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		off := func(secs time.Duration) func(*config.Program) {
			return func(p *config.Program) { p.AutoStart, p.StartSecs = false, secs }
		}
		g := program("slow", off(5*time.Second))
		g.Name = "all"
		for _, p := range []config.Group{program("bad", off(time.Second)), program("fast", off(time.Second))} {
			g.Programs = append(g.Programs, p.Programs[0])
		}
		r := run(t, &fakeOS{lives: map[string]life{"bad": {noSpawn: "no"}}}, g)
		results, err := r.Start(t.Context(), control.OfGroup("all"), control.WaitDone)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, res := range results {
			word := "ok"
			if res.Fault != nil {
				word = res.Fault.Code.String()
			}
			got = append(got, res.Group+":"+res.Name+" "+word)
		}
		if diff := cmp.Diff([]string{"all:bad SPAWN_ERROR", "all:fast ok", "all:slow ok"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSignalFailureIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"web": {noKill: true, lasts: time.Hour}}}, program("web"))
		time.Sleep(time.Minute)
		_, err := r.Stop(t.Context(), one("web"), control.WaitDone)
		wantFault(t, err, control.Failed)
		_, err = r.Start(t.Context(), one("web"), control.WaitDone)
		wantFault(t, err, control.Failed)
		wantFault(t, r.RemoveGroup(t.Context(), "web"), control.StillRunning)
		time.Sleep(time.Hour)
		wantPhases(t, r, "web", "STARTING 0s", "RUNNING 1s", "STOPPING 1m0s", "UNKNOWN 1m0s", "STOPPED 1h0m0s")
	})
}

func TestShutdownStopsByDescendingPriority(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		prio := func(n int) func(*config.Program) { return func(p *config.Program) { p.Priority = n } }
		deaf := life{deaf: true}
		r := run(t, &fakeOS{lives: map[string]life{"b1": deaf, "b2": deaf, "c": deaf}},
			program("a", prio(1)), program("b1", prio(2)), program("b2", prio(2)), program("c", prio(3)))
		time.Sleep(time.Minute)
		if err := r.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err := r.Start(t.Context(), one("a"), control.WaitDone)
		wantFault(t, err, control.AlreadyStarted)
		if mood := <-r.over; mood != control.MoodShutdown {
			t.Errorf("ended in mood %v", mood)
		}
		r.over <- control.MoodShutdown
		// c alone, then b2 and b1 together, then a.
		if got := time.Since(r.start); got != time.Minute+20*time.Second {
			t.Errorf("shutdown ended at %v", got)
		}
		want := []string{"TERM c", "KILL c", "TERM b2", "TERM b1", "KILL b2", "KILL b1", "TERM a"}
		got := r.signals()
		if len(got) == len(want) && got[4] == want[5] { // both deadlines are the same moment
			got[4], got[5] = got[5], got[4]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if !strings.Contains(r.log.String(), "waiting for c, b2, b1, a to die") {
			t.Errorf("log does not say on whom it waits:\n%s", r.log)
		}
		wantFault(t, r.Shutdown(t.Context()), control.ShutdownState)
	})
}

func TestNothingRestartsDuringShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		low := func(p *config.Program) { p.Priority, p.AutoRestart = 1, config.RestartAlways }
		r := run(t, &fakeOS{lives: map[string]life{"deaf": {deaf: true}, "dies": {lasts: 62 * time.Second}}},
			program("deaf"), program("dies", low))
		time.Sleep(time.Minute)
		if err := r.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		wantPhases(t, r, "dies", "STARTING 0s", "RUNNING 1s", "EXITED 1m2s")
	})
}

func TestRestartEndsTheLoopWithThatMood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("web"))
		time.Sleep(time.Minute)
		if err := r.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		if mood := <-r.over; mood != control.MoodRestarting {
			t.Errorf("ended in mood %v", mood)
		}
		r.over <- control.MoodRestarting
	})
}

func TestStopCancelsAPendingRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"web": {lasts: 3 * time.Second, exit: 1}}},
			program("web", func(p *config.Program) { p.RestartPause = time.Minute }))
		time.Sleep(10 * time.Second)
		if _, err := r.Stop(t.Context(), one("web"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		wantPhases(t, r, "web", "STARTING 0s", "RUNNING 1s", "EXITED 3s", "STOPPED 10s")
	})
}

func TestWaiterThatGivesUpDisturbsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("web", func(p *config.Program) { p.AutoStart = false; p.StartSecs = time.Hour }))
		ctx, cancel := contextFor(t, time.Minute)
		defer cancel()
		if _, err := r.Start(ctx, one("web"), control.WaitDone); err == nil {
			t.Error("a start that was given up reported success")
		}
		time.Sleep(2 * time.Hour)
		wantPhases(t, r, "web", "STARTING 0s", "RUNNING 1h0m0s")
	})
}

func TestGroupsComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("web"))
		time.Sleep(time.Minute)
		wantFault(t, r.AddGroup(t.Context(), "web"), control.AlreadyAdded)
		wantFault(t, r.AddGroup(t.Context(), "nobody"), control.BadName)
		wantFault(t, r.RemoveGroup(t.Context(), "web"), control.StillRunning)
		if _, err := r.Stop(t.Context(), one("web"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		if err := r.RemoveGroup(t.Context(), "web"); err != nil {
			t.Fatal(err)
		}
		_, err := r.Status(t.Context(), one("web"))
		wantFault(t, err, control.BadName)
		if err := r.AddGroup(t.Context(), "web"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		wantPhases(t, r, "web", "STARTING 0s", "RUNNING 1s", "STOPPING 1m0s", "STOPPED 1m0s", "STARTING 1m0s", "RUNNING 1m1s")
	})
}

// A child may be seen at work before the loop knows that it was forked.
func TestSignalsAndInputWaitForAFork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"slow": {spawn: 3 * time.Second}, "fails": {spawn: 3 * time.Second, noSpawn: "no"}}},
			program("slow"), program("fails", retries(0)))
		time.Sleep(time.Second)
		ended := make(chan string)
		for name, fault := range map[string]control.Code{"slow": 0, "fails": control.NotRunning} {
			go func() {
				_, err := r.Signal(t.Context(), one(name), "HUP")
				wantOutcome(t, err, fault)
				ended <- "signal to " + name
			}()
			go func() {
				wantOutcome(t, r.WriteStdin(t.Context(), one(name), "text"), fault)
				ended <- "input of " + name
			}()
		}
		for range 4 {
			what := <-ended
			if got := time.Since(r.start); got != 3*time.Second {
				t.Errorf("%s ended at %v", what, got)
			}
		}
		if diff := cmp.Diff([]string{"HUP slow"}, r.signals()); diff != "" {
			t.Error(diff)
		}
	})
}

// wantOutcome wants a fault, or no error if there is to be none.
func wantOutcome(t *testing.T, err error, fault control.Code) {
	t.Helper()
	if fault != 0 {
		wantFault(t, err, fault)
	} else if err != nil {
		t.Error(err)
	}
}

func TestSignalReachesOnlyTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"web": {deaf: true}}},
			program("web", func(p *config.Program) { p.StopAsGroup, p.KillAsGroup = true, true }),
			program("off", func(p *config.Program) { p.AutoStart = false }))
		time.Sleep(time.Minute)
		for _, name := range []string{"HUP", "sighup", "1"} {
			if _, err := r.Signal(t.Context(), one("web"), name); err != nil {
				t.Error(name, err)
			}
		}
		_, err := r.Signal(t.Context(), one("web"), "NOPE")
		wantFault(t, err, control.BadSignal)
		_, err = r.Signal(t.Context(), one("off"), "HUP")
		wantFault(t, err, control.NotRunning)
		results, err := r.Signal(t.Context(), control.All(), "USR1")
		if err != nil || len(results) != 1 || results[0].Name != "web" {
			t.Errorf("signal to all: %v %v", results, err)
		}
		if diff := cmp.Diff([]string{"HUP web", "HUP web", "HUP web", "USR1 web"}, r.signals()); diff != "" {
			t.Error(diff)
		}
	})
}

// A hundred processes that die all the time, an hour long: the loop keeps every one
// of them to its policy.
func TestAnHourOfCrashes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		os := &fakeOS{lives: map[string]life{}}
		var groups []config.Group
		for i := range 100 {
			name := fmt.Sprintf("p%03d", i)
			os.lives[name] = life{lasts: time.Duration(i+2) * time.Second, exit: i % 2}
			groups = append(groups, program(name, func(p *config.Program) { p.AutoRestart = config.RestartAlways }))
		}
		r := run(t, os, groups...)
		time.Sleep(time.Hour)
		for i := range 100 {
			name := fmt.Sprintf("p%03d", i)
			want := 3600/(i+2) + 1
			if got := r.starts(name); got < want-1 || got > want {
				t.Errorf("%s was started %d times in an hour, want %d", name, got, want)
			}
		}
		if got, err := r.Status(t.Context(), control.All()); err != nil || len(got) != 100 || !got[0].Phase.IsRunning() {
			t.Errorf("status: %d processes, %v", len(got), err)
		}
	})
}
