package supervise_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config"
	"supervisord/internal/control"
)

// wantNeeded compares what a plan says to start for others: "db for web".
func wantNeeded(t *testing.T, plan control.Plan, want ...string) {
	t.Helper()
	var got []string
	for _, n := range plan.Needed {
		line := n.Process.String()
		for i, sel := range n.For {
			line += []string{" for ", ", "}[min(i, 1)] + sel.String()
		}
		got = append(got, line)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("needed (-want +got):\n%s", d)
	}
}

func TestPlanTellsWhatStartsForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"done": {lasts: 2 * time.Second}, "ill": {noSpawn: "no"}}},
			program("web"), program("api", needs("db"), notByItself), program("db", notByItself), program("up"), program("done"),
			program("ill", retries(0)), program("lone", needs("other"), notByItself), program("other", notByItself),
			program("off", needs("other"), notByItself), program("same", needs("other")), program("meek", needs("ill"), onFailure(config.FailureStop)))
		time.Sleep(time.Minute)
		for _, name := range []string{"same", "other"} {
			if _, err := r.Stop(t.Context(), one(name), control.WaitDone); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.StartAlone(t.Context(), one("lone"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		x := command("x")
		r.write(program("web", needs("api up done:completed new"), x), program("api", needs("db"), notByItself), program("db", notByItself, logfile("/log")), program("up"), program("done"),
			program("ill", retries(0)), program("lone", needs("other"), notByItself, x), program("other", notByItself),
			program("off", needs("other"), notByItself, x), program("same", needs("other")), program("meek", needs("up"), onFailure(config.FailureStop)),
			program("new", notByItself), program("later", needs("db new")))
		plan, err := r.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wantNeeded(t, plan, "db for api, later", "api for web", "new for web, later", "meek")
		want := map[string]control.Step{
			"web:web": control.StepRestart, "db:db": control.StepStart, "lone:lone": control.StepRestart, "off:off": control.StepNextStart,
			"meek:meek": control.StepStart, "new:new": control.StepStart, "later:later": control.StepStart,
		}
		if d := cmp.Diff(want, stepsOf(plan)); d != "" {
			t.Errorf("steps (-want +got):\n%s", d)
		}
		done, err := r.Update(t.Context(), nil)
		if d := cmp.Diff(plan, done, cmp.AllowUnexported(control.Selector{})); d != "" || err != nil {
			t.Errorf("an update says another (-plan +update):\n%s %v", d, err)
		}
		time.Sleep(time.Minute)
		wantStatus(t, r, "api RUNNING", "db RUNNING", "done EXITED", "ill FATAL", "later RUNNING", "lone RUNNING", "meek RUNNING",
			"new RUNNING", "off STOPPED", "other STOPPED", "same STOPPED", "up RUNNING", "web RUNNING")
	})
}

// What waits already is not said, but what is new and starts for it.
func TestPlanOfWhatIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("db", notByItself), program("web", needs("db"), notByItself))
		time.Sleep(time.Minute)
		if err := r.RemoveGroup(t.Context(), "db"); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Start(t.Context(), one("web"), control.NoWait); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, r, "web STOPPED waiting for db: not there yet")
		plan, err := r.Update(t.Context(), []string{"db"})
		if err != nil {
			t.Fatal(err)
		}
		wantNeeded(t, plan, "db for web")
		time.Sleep(time.Minute)
		wantStatus(t, r, "db RUNNING", "web RUNNING")
	})
}

// A process that is replaced starts when its group is what it is to be, and not before: it
// may need what is new.
func TestWhatIsReplacedIsNotStartedByOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := command("x")
		r := run(t, &fakeOS{}, program("web", needs("api")), program("api"))
		time.Sleep(time.Minute)
		r.write(program("web", needs("api"), x), program("api", needs("db"), x), program("db", notByItself))
		update(t, r)
		time.Sleep(time.Minute)
		wantPhases(t, r, "db", "STARTING 1m0s", "RUNNING 1m1s")
		wantPhases(t, r, "api", "STARTING 0s", "RUNNING 1s", "STOPPING 1m0s", "STOPPED 1m0s", "STARTING 1m1s", "RUNNING 1m2s")
	})
}

// What waits has what it needs by now started, though what it waited for stops.
func TestWhatWaitsHasItsNewNeedsStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("web", needs("task:completed")), program("task"), program("db", notByItself))
		time.Sleep(time.Minute)
		r.write(program("web", needs("db")), program("task", command("x")), program("db", notByItself))
		plan, err := r.Update(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		wantNeeded(t, plan, "db for web")
		time.Sleep(time.Minute)
		wantStatus(t, r, "db RUNNING", "task RUNNING", "web RUNNING")
	})
}

// What was started alone goes on without what it needs, though others that the update starts
// need it themselves.
func TestWhatWasStartedAloneIsUpdatedAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("off", notByItself), program("web", needs("y z"), notByItself),
			groupOf("g", member("g", "a", needs("g:b"), notByItself), member("g", "b", needs("off"), notByItself)),
			program("y", needs("off"), notByItself), program("z", needs("off"), notByItself, retries(0)))
		for _, name := range []string{"g:b", "y", "z"} {
			if _, err := r.StartAlone(t.Context(), one(name), control.WaitDone); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"g:a", "web"} {
			if _, err := r.Start(t.Context(), one(name), control.WaitDone); err != nil {
				t.Fatal(err)
			}
		}
		r.os.set("z", life{lasts: time.Millisecond, exit: 1})
		r.os.kill("z", 9)
		time.Sleep(time.Minute)
		wantStatus(t, r, "a RUNNING", "b RUNNING", "off STOPPED", "web RUNNING", "y RUNNING", "z FATAL")
		r.os.set("z", life{})
		x := command("x")
		r.write(program("off", notByItself), program("web", needs("y z"), notByItself, x),
			groupOf("g", member("g", "a", needs("g:b"), notByItself, x), member("g", "b", needs("off"), notByItself, x)),
			program("y", needs("off"), notByItself, x), program("z", needs("off"), notByItself, retries(0), x))
		plan, err := r.Update(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		wantNeeded(t, plan)
		time.Sleep(time.Minute)
		wantStatus(t, r, "a RUNNING", "b RUNNING", "off STOPPED", "web RUNNING", "y RUNNING", "z RUNNING")
	})
}

// What waits is not started by a stop before what it needs by now is.
func TestWhatWaitsHasItsNewNeedsStartedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"db": {lasts: time.Millisecond, exit: 1}}},
			program("web", needs("task:completed"), onFailure(config.FailureIgnore)), program("task"), program("db", retries(0)))
		time.Sleep(time.Minute)
		wantStatus(t, r, "db FATAL", "task RUNNING", "web STOPPED waiting for task: RUNNING")
		r.os.set("db", life{})
		r.write(program("web", needs("db"), onFailure(config.FailureIgnore)), program("db", retries(0)))
		plan, err := r.Update(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		wantNeeded(t, plan, "db for web")
		time.Sleep(time.Minute)
		wantPhases(t, r, "web", "STARTING 1m1s", "RUNNING 1m2s")
		wantStatus(t, r, "db RUNNING", "web RUNNING")
	})
}

// What is FATAL, but tried again or taken away by the update itself, has nothing refused for
// it in the meantime.
func TestNothingIsRefusedForWhatTheUpdateMends(t *testing.T) {
	for name, after := range map[string][]config.Group{
		"tried again": {program("db", retries(0), command("x"))},
		"taken away":  nil,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := run(t, &fakeOS{lives: map[string]life{"db": {lasts: time.Millisecond, exit: 1}}}, program("db", retries(0)),
					program("api", needs("db"), onFailure(config.FailureStop)), program("web", needs("task:completed")), program("task"))
				time.Sleep(time.Minute)
				wantStatus(t, r, "api STOPPED not started, since it needs db: FATAL (exit status 1)", "db FATAL", "task RUNNING", "web STOPPED waiting for task: RUNNING")
				r.os.set("db", life{})
				r.write(append(after, program("api", needs("db"), onFailure(config.FailureStop)), program("web", needs("api")), program("task"))...)
				plan, err := r.Update(t.Context(), []string{"web", "db"})
				if err != nil {
					t.Fatal(err)
				}
				wantNeeded(t, plan, "api for web")
				time.Sleep(time.Minute)
				want := []string{"api RUNNING", "db RUNNING", "task RUNNING", "web RUNNING"}
				if after == nil {
					want = []string{"api RUNNING", "task RUNNING", "web RUNNING"}
				}
				wantStatus(t, r, want...)
			})
		})
	}
}
