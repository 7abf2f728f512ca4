package supervise_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config"
	"supervisord/internal/control"
)

// needs is an option of a program: "db cache:completed".
func needs(text string) func(*config.Program) {
	return func(p *config.Program) {
		p.DependsOn = strings.Fields(text)
		for item := range strings.FieldsSeq(text) {
			name, condition, ok := strings.Cut(item, ":")
			if !ok {
				condition = "running"
			}
			p.Needs = append(p.Needs, config.Need{Group: name, Process: name, Condition: config.Condition(condition)})
		}
	}
}

func notByItself(p *config.Program) { p.AutoStart = false }

func onFailure(f config.OnFailure) func(*config.Program) {
	return func(p *config.Program) { p.DependsOnFailure = f }
}

func retries(n int) func(*config.Program) { return func(p *config.Program) { p.StartRetries = n } }

// wantStatus compares the phases and descriptions of processes, without what differs from
// run to run.
func wantStatus(t *testing.T, r *running, want ...string) {
	t.Helper()
	synctest.Wait()
	infos, err := r.Status(t.Context(), control.All())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range infos {
		line := i.Name + " " + i.Phase.String()
		if strings.Contains(i.Description, "wait") || strings.Contains(i.Description, "not started") {
			line += " " + i.Description
		}
		got = append(got, line)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("status at %v (-want +got):\n%s", time.Since(r.start), d)
	}
}

// A diamond: web needs slow and flapping, which need db. The slow one takes its time, the
// flapping one fails twice and then holds, and web comes when both are up.
func TestDiamondStartsInItsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		os := &fakeOS{lives: map[string]life{"flapping": {lasts: time.Millisecond, exit: 1}}}
		r := run(t, os,
			program("web", needs("slow flapping"), func(p *config.Program) { p.Priority = 1 }),
			program("slow", needs("db"), func(p *config.Program) { p.StartSecs = 3 * time.Second }),
			program("flapping", needs("db")),
			program("db"))
		wantStatus(t, r, "db STARTING", "flapping STOPPED waiting for db: STARTING", "slow STOPPED waiting for db: STARTING",
			"web STOPPED waiting for slow: waiting for db: STARTING")
		time.Sleep(3500 * time.Millisecond) // flapping has failed at 1s and 2s
		os.set("flapping", life{})
		wantStatus(t, r, "db RUNNING", "flapping BACKOFF", "slow STARTING", "web STOPPED waiting for slow: STARTING")
		time.Sleep(750 * time.Millisecond)
		wantStatus(t, r, "db RUNNING", "flapping STARTING", "slow RUNNING", "web STOPPED waiting for flapping: STARTING")
		time.Sleep(time.Hour)
		wantPhases(t, r, "db", "STARTING 0s", "RUNNING 1s")
		wantPhases(t, r, "slow", "STARTING 1s", "RUNNING 4s")
		wantPhases(t, r, "flapping", "STARTING 1s", "BACKOFF 1.001s", "STARTING 2.001s", "BACKOFF 2.002s", "STARTING 4.002s", "RUNNING 5.002s")
		wantPhases(t, r, "web", "STARTING 5.002s", "RUNNING 6.002s")
	})
}

// What has failed for good holds its dependents, who say why, until somebody mends it.
func TestDependentsWaitForWhatHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		os := &fakeOS{lives: map[string]life{"db": {lasts: time.Millisecond, exit: 1}}}
		r := run(t, os, program("api", needs("db")), program("web", needs("api")), program("db", retries(1)),
			program("bold", needs("db"), onFailure(config.FailureIgnore)),
			program("meek", needs("db"), onFailure(config.FailureStop)), program("meeker", needs("meek"), onFailure(config.FailureStop)))
		time.Sleep(500 * time.Millisecond)
		wantStatus(t, r, "api STOPPED waiting for db: BACKOFF (exit status 1)", "bold STOPPED waiting for db: BACKOFF (exit status 1)", "db BACKOFF",
			"meek STOPPED waiting for db: BACKOFF (exit status 1)", "meeker STOPPED waiting for meek: waiting for db: BACKOFF (exit status 1)",
			"web STOPPED waiting for api: waiting for db: BACKOFF (exit status 1)")
		time.Sleep(time.Hour)
		wantStatus(t, r, "api STOPPED waiting for db: FATAL (exit status 1)", "bold RUNNING", "db FATAL",
			"meek STOPPED not started, since it needs db: FATAL (exit status 1)",
			"meeker STOPPED not started, since it needs meek: not started, since it needs db: FATAL (exit status 1)",
			"web STOPPED waiting for api: waiting for db: FATAL (exit status 1)")
		os.set("db", life{})
		if _, err := r.Start(t.Context(), one("db"), control.WaitDone); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		wantStatus(t, r, "api RUNNING", "bold RUNNING", "db RUNNING",
			"meek STOPPED not started, since it needs db: FATAL (exit status 1)",
			"meeker STOPPED not started, since it needs meek: not started, since it needs db: FATAL (exit status 1)", "web RUNNING")
		if _, err := r.Start(t.Context(), one("meeker"), control.WaitDone); err != nil {
			t.Error(err)
		}
		wantStatus(t, r, "api RUNNING", "bold RUNNING", "db RUNNING", "meek RUNNING", "meeker RUNNING", "web RUNNING")
	})
}

// A start starts what is needed and ends when the process is up; StartAlone does not care.
func TestStartStartsWhatIsNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("web", needs("api"), notByItself), program("api", needs("db:started"), notByItself),
			program("db", notByItself), program("lone", needs("db"), notByItself))
		time.Sleep(time.Minute)
		if _, err := r.StartAlone(t.Context(), one("lone"), control.WaitDone); err != nil {
			t.Error(err)
		}
		wantStatus(t, r, "api STOPPED", "db STOPPED", "lone RUNNING", "web STOPPED")
		if _, err := r.Start(t.Context(), one("web"), control.WaitDone); err != nil {
			t.Error(err)
		}
		wantPhases(t, r, "db", "STARTING 1m1s", "RUNNING 1m2s")
		wantPhases(t, r, "api", "STARTING 1m1s", "RUNNING 1m2s")
		wantPhases(t, r, "web", "STARTING 1m2s", "RUNNING 1m3s")
	})
}

// A start ends when what is needed has failed for good, however far away, and goes on
// waiting by itself.
func TestStartEndsWithWhatHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		os := &fakeOS{lives: map[string]life{"db": {lasts: time.Millisecond, exit: 1}}}
		r := run(t, os, program("web", needs("api"), notByItself), program("api", needs("db"), notByItself),
			program("db", retries(1), notByItself))
		for range 2 { // the second time it waits already
			_, err := r.Start(t.Context(), one("web"), control.WaitDone)
			wantFault(t, err, control.SpawnError)
			wantStatus(t, r, "api STOPPED waiting for db: FATAL (exit status 1)", "db FATAL",
				"web STOPPED waiting for api: waiting for db: FATAL (exit status 1)")
		}
		os.set("db", life{})
		if _, err := r.Start(t.Context(), one("web"), control.WaitDone); err != nil {
			t.Error(err)
		}
		wantStatus(t, r, "api RUNNING", "db RUNNING", "web RUNNING")
	})
}

// start all tells of each process once, whichever started which.
func TestStartAllTellsOfAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("a", needs("b"), notByItself), program("b", needs("c"), notByItself), program("c", notByItself))
		synctest.Wait()
		got, err := r.Start(t.Context(), control.All(), control.WaitDone)
		if err != nil {
			t.Error(err)
		}
		want := []control.Result{{Group: "c", Name: "c"}, {Group: "b", Name: "b"}, {Group: "a", Name: "a"}}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		got, err = r.Stop(t.Context(), control.All(), control.WaitDone)
		if err != nil || len(got) != 3 {
			t.Error(got, err)
		}
		if got, err := r.Start(t.Context(), control.All(), control.NoWait); err != nil || len(got) != 3 {
			t.Error(got, err)
		}
		wantStatus(t, r, "a STOPPED waiting for b: waiting for c: STARTING", "b STOPPED waiting for c: STARTING", "c STARTING")
	})
}

// A stop ends the waiting; whoever waited for the start hears of it.
func TestStopEndsTheWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"db": {spawn: time.Hour}}}, program("web", needs("db"), notByItself), program("db", notByItself))
		failed := make(chan error, 2)
		for range 2 {
			go func() { _, err := r.Start(t.Context(), one("web"), control.WaitDone); failed <- err }()
		}
		time.Sleep(time.Minute)
		wantStatus(t, r, "db STARTING", "web STOPPED waiting for db: STARTING")
		if _, err := r.Stop(t.Context(), one("web"), control.WaitDone); err != nil {
			t.Error(err)
		}
		wantFault(t, <-failed, control.AbnormalTermination)
		wantFault(t, <-failed, control.AbnormalTermination)
		wantStatus(t, r, "db STARTING", "web STOPPED")
		_, err := r.Stop(t.Context(), one("web"), control.WaitDone)
		wantFault(t, err, control.NotRunning)
		time.Sleep(time.Hour)
		wantStatus(t, r, "db RUNNING", "web STOPPED")
	})
}

func TestRefusedStartIsASpawnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"db": {noSpawn: "no"}}},
			program("web", needs("db"), notByItself, onFailure(config.FailureStop)), program("db", notByItself, retries(0)))
		_, err := r.Start(t.Context(), one("web"), control.WaitDone)
		wantFault(t, err, control.SpawnError)
		infos, err := r.Status(t.Context(), one("web"))
		if err != nil || infos[0].SpawnErr != "not started, since it needs db: FATAL (no)" {
			t.Error(infos, err)
		}
	})
}

// A task that has to be completed holds others until it has exited well, and is not run
// again for them.
func TestCompletedTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"migrate": {lasts: 5 * time.Second}}},
			program("web", needs("migrate:completed")), program("late", needs("migrate:completed"), notByItself), program("migrate"))
		time.Sleep(2 * time.Second)
		wantStatus(t, r, "late STOPPED", "migrate RUNNING", "web STOPPED waiting for migrate: RUNNING")
		time.Sleep(time.Minute)
		if _, err := r.Start(t.Context(), one("late"), control.WaitDone); err != nil {
			t.Error(err)
		}
		wantPhases(t, r, "migrate", "STARTING 0s", "RUNNING 1s", "EXITED 5s")
		wantPhases(t, r, "web", "STARTING 5s", "RUNNING 6s")
		wantPhases(t, r, "late", "STARTING 1m2s", "RUNNING 1m3s")
	})
}

// A dependent stays up while what it needs starts again.
func TestRestartLeavesDependentsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		os := &fakeOS{lives: map[string]life{"db": {lasts: 10 * time.Second, exit: 1, spawn: 2 * time.Second}, "web": {lasts: 8 * time.Second, exit: 1}}}
		r := run(t, os, program("web", needs("db")), program("tough", needs("db")), program("db"))
		time.Sleep(14 * time.Second)
		wantStatus(t, r, "db STARTING", "tough RUNNING", "web RUNNING")
		wantPhases(t, r, "db", "STARTING 0s", "RUNNING 3s", "EXITED 12s", "STARTING 12s")
		wantPhases(t, r, "web", "STARTING 3s", "RUNNING 4s", "EXITED 11s", "STARTING 11s", "RUNNING 12s")
	})
}

// If it dies meanwhile it waits, and loses no try of its own.
func TestDeadDependentWaitsForWhatIsNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		os := &fakeOS{lives: map[string]life{"db": {lasts: 10 * time.Second, exit: 1, spawn: 2 * time.Second}, "web": {lasts: 10 * time.Second, exit: 1}}}
		r := run(t, os, program("web", needs("db")), program("db"))
		time.Sleep(13*time.Second + 500*time.Millisecond)
		wantStatus(t, r, "db STARTING", "web EXITED waiting for db: STARTING")
		time.Sleep(4 * time.Second)
		wantPhases(t, r, "db", "STARTING 0s", "RUNNING 3s", "EXITED 12s", "STARTING 12s", "RUNNING 15s")
		wantPhases(t, r, "web", "STARTING 3s", "RUNNING 4s", "EXITED 13s", "STARTING 15s", "RUNNING 16s")
	})
}

// A shutdown stops nothing before what needs it, whatever the priorities.
func TestShutdownStopsDependentsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		os := &fakeOS{lives: map[string]life{"never": {noSpawn: "no"}}}
		r := run(t, os, program("web", needs("api"), func(p *config.Program) { p.Priority = 1 }),
			program("api", needs("db")), program("db"), program("stuck", needs("never")), program("never", retries(0)))
		time.Sleep(time.Minute)
		if err := r.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		mood := <-r.over
		r.over <- mood
		if d := cmp.Diff([]string{"TERM web", "TERM api", "TERM db"}, r.signals()); d != "" {
			t.Error(d)
		}
	})
}

// A stop in cascade stops those that need the process first; a plain one leaves them.
func TestStopCascade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("web", needs("api db")), program("api", needs("db")), program("db"), program("other"))
		time.Sleep(time.Minute)
		got, err := r.Dependents(t.Context(), one("db"))
		if d := cmp.Diff([]control.Selector{one("web"), one("api")}, got, cmp.AllowUnexported(control.Selector{})); d != "" || err != nil {
			t.Error(d, err)
		}
		results, err := r.StopCascade(t.Context(), one("db"), control.WaitDone)
		want := []control.Result{{Group: "web", Name: "web"}, {Group: "api", Name: "api"}, {Group: "db", Name: "db"}}
		if d := cmp.Diff(want, results); d != "" || err != nil {
			t.Error(d, err)
		}
		if d := cmp.Diff([]string{"TERM web", "TERM api", "TERM db"}, r.signals()); d != "" {
			t.Error(d)
		}
		_, err = r.StopCascade(t.Context(), one("db"), control.WaitDone)
		wantFault(t, err, control.NotRunning)
		wantStatus(t, r, "api STOPPED", "db STOPPED", "other RUNNING", "web STOPPED")
	})
}

// Those that need it are stopped also if it has stopped before them.
func TestStopCascadeOfWhatHasStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("web", needs("db")), program("db"))
		time.Sleep(time.Minute)
		if _, err := r.Stop(t.Context(), one("db"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		results, err := r.StopCascade(t.Context(), one("db"), control.WaitDone)
		if d := cmp.Diff([]control.Result{{Group: "web", Name: "web"}}, results); d != "" || err != nil {
			t.Error(d, err)
		}
		wantStatus(t, r, "db STOPPED", "web STOPPED")
	})
}

// Groups may be added in any order: what is configured is waited for, and started.
func TestDependencyIsAddedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("web", needs("db"), notByItself), program("db", notByItself))
		for _, g := range []string{"db", "web"} {
			if err := r.RemoveGroup(t.Context(), g); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.AddGroup(t.Context(), "web"); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Start(t.Context(), one("web"), control.NoWait); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, r, "web STOPPED waiting for db: not there yet")
		if err := r.AddGroup(t.Context(), "db"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		wantStatus(t, r, "db RUNNING", "web RUNNING")
	})
}

// No more than start_concurrency processes are STARTING at once.
func TestStartConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var groups []config.Group
		for i := range 5 {
			groups = append(groups, program(fmt.Sprintf("p%d", i)))
		}
		r := runWith(t, &fakeOS{lives: map[string]life{"p1": {lasts: time.Millisecond, exit: 1}}},
			func(c *config.Config) { c.Supervisord.StartConcurrency = 2 }, groups...)
		wantStatus(t, r, "p0 STARTING", "p1 STARTING", "p2 STOPPED waiting for its turn to start (start_concurrency)",
			"p3 STOPPED waiting for its turn to start (start_concurrency)", "p4 STOPPED waiting for its turn to start (start_concurrency)")
		if _, err := r.Stop(t.Context(), one("p3"), control.WaitDone); err != nil {
			t.Error(err)
		}
		time.Sleep(1500 * time.Millisecond)
		wantStatus(t, r, "p0 RUNNING", "p1 BACKOFF", "p2 RUNNING", "p3 STOPPED", "p4 STARTING")
	})
}

// Five thousand programs in a graph of many levels start as fast as their startsecs
// allow, and stop.
func TestDeepGraphStartsFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, levels = 5000, 500
		var groups []config.Group
		for i := range n {
			var list []string
			if level := i / (n / levels); level > 0 {
				for k := range n / levels {
					list = append(list, fmt.Sprintf("p%04d", (level-1)*(n/levels)+k))
				}
			}
			name := fmt.Sprintf("p%04d", i)
			groups = append(groups, program(name, needs(strings.Join(list, " ")), func(p *config.Program) { p.Priority = n - i }))
		}
		r := run(t, &fakeOS{}, groups...)
		time.Sleep(levels*time.Second + time.Second)
		synctest.Wait()
		infos, err := r.Status(t.Context(), control.All())
		if err != nil {
			t.Fatal(err)
		}
		for i, info := range infos {
			level := i / (n / levels)
			if want := r.start.Add(time.Duration(level) * time.Second); !info.Started.Equal(want) {
				t.Fatalf("%s started at %v, want %v: %+v", info.Name, info.Started.Sub(r.start), want.Sub(r.start), info)
			}
		}
	})
}
