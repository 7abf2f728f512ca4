package supervise_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config"
	"supervisord/internal/control"
)

// soon is a context that ends in an hour of fake time, so that what would hang fails.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	t.Cleanup(cancel)
	return ctx
}

// What stops at once, since it waits or tries again, does not keep what it needs from
// stopping, whichever comes first in the request.
func TestStopOfWhatHasNoChildIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"again": {lasts: 1, exit: 1}, "lost": {noSpawn: "no"}}},
			program("again", needs("db"), retries(1000)), program("db"),
			program("held", needs("db lost")), program("lost", retries(0)))
		time.Sleep(30 * time.Second)
		wantStatus(t, r, "again BACKOFF", "db RUNNING", "held STOPPED waiting for lost: FATAL (no)", "lost FATAL")
		got, err := r.StopCascade(soon(t), one("db"), control.WaitDone)
		want := []control.Result{{Group: "held", Name: "held"}, {Group: "again", Name: "again"}, {Group: "db", Name: "db"}}
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Error(d, err)
		}
		wantStatus(t, r, "again STOPPED", "db STOPPED", "held STOPPED", "lost FATAL")
	})
}

// A process that waits does not start while others are stopped before it.
func TestStopAllStopsWhatWaitsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"db": {spawn: 5 * time.Second}, "web": {deaf: true}}},
			program("api", needs("db")), program("db"), program("web", needs("api"), notByItself))
		if _, err := r.StartAlone(soon(t), one("web"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Stop(soon(t), control.All(), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, r, "api STOPPED", "db STOPPED", "web STOPPED")
		if n := r.starts("api"); n != 0 {
			t.Errorf("api was started %d times", n)
		}
	})
}

// A second request to stop all keeps to the order of the first.
func TestStopAllTwiceKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"web": {deaf: true}}}, program("web", needs("api")), program("api", needs("db")), program("db"))
		time.Sleep(time.Minute)
		for range 2 {
			if _, err := r.Stop(soon(t), control.All(), control.NoWait); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		time.Sleep(time.Minute)
		if d := cmp.Diff([]string{"TERM web", "KILL web", "TERM api", "TERM db"}, r.signals()); d != "" {
			t.Error(d)
		}
	})
}

// A shutdown that comes into a stop of all stops the rest, and whoever waits hears when.
func TestShutdownDuringStopAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"web": {deaf: true}, "db": {deaf: true}}}, program("web", needs("db")), program("db"))
		time.Sleep(time.Minute)
		ended := make(chan time.Time, 1)
		go func() {
			_, _ = r.Stop(soon(t), control.All(), control.WaitDone)
			ended <- time.Now()
		}()
		time.Sleep(5 * time.Second)
		if err := r.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		at := (<-ended).Sub(r.start)
		if d := cmp.Diff(80*time.Second, at); d != "" {
			t.Error(d)
		}
	})
}

// A process that goes by an update frees those that waited for it, though they are not
// updated themselves.
func TestRemovedProcessIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := program("web", func(p *config.Program) {
			for _, name := range []string{"a", "b"} {
				p.Needs = append(p.Needs, config.Need{Group: "g", Process: name, Condition: config.NeedRunning})
			}
		})
		r := run(t, &fakeOS{lives: map[string]life{"b": {noSpawn: "no"}}}, web, groupOf("g", member("g", "a"), member("g", "b", retries(0))))
		time.Sleep(time.Minute)
		wantStatus(t, r, "a RUNNING", "b FATAL", "web STOPPED waiting for g:b: FATAL (no)")
		r.write(web, groupOf("g", member("g", "a")))
		update(t, r, "g")
		time.Sleep(time.Minute)
		wantStatus(t, r, "a RUNNING", "web RUNNING")
	})
}

// A program that restarts with what it needs comes after that, though others that need it
// take longer to stop.
func TestUpdateRestartsDependentsAfterWhatTheyNeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		groups := func(c string) []config.Group {
			return []config.Group{program("quick", needs("db"), command(c)), program("slow", needs("db"), command(c)), program("db", command(c))}
		}
		r := run(t, &fakeOS{lives: map[string]life{"slow": {deaf: true}}}, groups("a")...)
		time.Sleep(time.Minute)
		r.write(groups("b")...)
		update(t, r)
		time.Sleep(time.Minute)
		wantPhases(t, r, "quick", "STARTING 1s", "RUNNING 2s", "STOPPING 1m0s", "STOPPED 1m0s", "STARTING 1m11s", "RUNNING 1m12s")
		wantPhases(t, r, "slow", "STARTING 1s", "RUNNING 2s", "STOPPING 1m0s", "STOPPED 1m10s", "STARTING 1m11s", "RUNNING 1m12s")
		wantPhases(t, r, "db", "STARTING 0s", "RUNNING 1s", "STOPPING 1m10s", "STOPPED 1m10s", "STARTING 1m10s", "RUNNING 1m11s")
	})
}

// Everything that somebody waits for starts when it is added, not only what comes first
// among the needs.
func TestSeveralDependenciesAreAddedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("web", needs("cache db"), notByItself), program("cache", notByItself), program("db", notByItself, needs("cache")))
		for _, g := range []string{"db", "cache"} {
			if err := r.RemoveGroup(t.Context(), g); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.Start(t.Context(), one("web"), control.NoWait); err != nil {
			t.Fatal(err)
		}
		for _, g := range []string{"db", "cache"} {
			if err := r.AddGroup(t.Context(), g); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		wantStatus(t, r, "cache RUNNING", "db RUNNING", "web RUNNING")
	})
}

// The reason of one that waits follows what becomes of the process that it waits for.
func TestReasonFollowsWhatIsAdded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"disk": {noSpawn: "no"}}},
			program("web", needs("db")), program("db", needs("disk")), program("disk", retries(0)))
		synctest.Wait()
		if _, err := r.Stop(t.Context(), one("db"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		if err := r.RemoveGroup(t.Context(), "db"); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, r, "disk FATAL", "web STOPPED waiting for db: not there yet")
		if err := r.AddGroup(t.Context(), "db"); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, r, "db STOPPED waiting for disk: FATAL (no)", "disk FATAL", "web STOPPED waiting for db: waiting for disk: FATAL (no)")
	})
}

// What an update gives a waiting process to need is started for it, as for its start.
func TestNewNeedOfWhatWaitsIsStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		others := []config.Group{program("cache", notByItself), program("db", retries(0))}
		r := run(t, &fakeOS{lives: map[string]life{"db": {noSpawn: "no"}}}, append(others, program("web", needs("db")))...)
		time.Sleep(time.Minute)
		r.write(append(others, program("web", needs("cache")))...)
		update(t, r)
		time.Sleep(time.Minute)
		wantStatus(t, r, "cache RUNNING", "db FATAL", "web RUNNING")
	})
}

// A process that was started alone restarts alone.
func TestUpdateLeavesAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("web", needs("db"), notByItself), program("db", notByItself))
		if _, err := r.StartAlone(t.Context(), one("web"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		r.write(program("web", needs("db"), notByItself, command("b")), program("db", notByItself))
		update(t, r)
		time.Sleep(time.Minute)
		wantStatus(t, r, "db STOPPED", "web RUNNING")
	})
}

// A start that was given up is not made again by an option that has nothing to do with it.
func TestLiveOptionDoesNotStartWhatWasGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		meek := func(change ...func(*config.Program)) config.Group {
			return program("web", append(change, needs("db"), onFailure(config.FailureStop))...)
		}
		r := run(t, &fakeOS{lives: map[string]life{"db": {noSpawn: "no"}}}, meek(), program("db", retries(0)))
		time.Sleep(time.Minute)
		r.os.set("db", life{})
		if _, err := r.Start(t.Context(), one("db"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		r.write(meek(startSecs(2*time.Second)), program("db", retries(0)))
		want := map[string]control.Step{"web:web": control.StepLive}
		if d := cmp.Diff(want, update(t, r)); d != "" {
			t.Error(d)
		}
		wantStatus(t, r, "db RUNNING", "web STOPPED not started, since it needs db: FATAL (no)")
	})
}

// What nobody has in the configuration any more is not expected.
func TestRereadFreesWhatWaitsForTheUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, program("web", needs("db"), notByItself), program("db"))
		if _, err := r.Stop(t.Context(), one("db"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		if err := r.RemoveGroup(t.Context(), "db"); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Start(t.Context(), one("web"), control.NoWait); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, r, "web STOPPED waiting for db: not there yet")
		r.write(program("web", notByItself))
		if _, err := r.Reread(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, r, "web STARTING")
	})
}

// A program that starts again by itself waits for its turn, too.
func TestStartConcurrencyHoldsRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runWith(t, &fakeOS{lives: map[string]life{"a": {lasts: 11 * time.Second, exit: 1}, "b": {lasts: 10 * time.Second, exit: 1}}},
			func(c *config.Config) { c.Supervisord.StartConcurrency = 1 }, program("a"), program("b"))
		time.Sleep(14 * time.Second)
		one, other := r.seen("a")[3:], r.seen("b")[3:]
		if other[0] == "STARTING 11s" {
			one, other = other, one
		}
		want := []string{"STARTING 11s", "RUNNING 12s", "STARTING 12s", "RUNNING 13s"}
		if d := cmp.Diff(want, append(one, other...)); d != "" {
			t.Error(d)
		}
	})
}

// What is needed is tried first when all are started, wherever it stands among them.
func TestStartAllTriesWhatIsNeededFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"db": {noSpawn: "no"}}},
			program("app", needs("db"), onFailure(config.FailureStop)), program("db", retries(0)))
		time.Sleep(time.Minute)
		wantStatus(t, r, "app STOPPED not started, since it needs db: FATAL (no)", "db FATAL")
		r.os.set("db", life{})
		if _, err := r.Start(soon(t), control.All(), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, r, "app RUNNING", "db RUNNING")
	})
}

// What has failed but is about to be tried again is waited for.
func TestWhatWaitsToBeTriedAgainHasNotFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runWith(t, &fakeOS{lives: map[string]life{"db": {noSpawn: "no"}}},
			func(c *config.Config) { c.Supervisord.StartConcurrency = 1 },
			program("app", needs("db"), onFailure(config.FailureStop)), program("db", retries(0)), program("a", notByItself))
		time.Sleep(time.Minute)
		wantStatus(t, r, "a STOPPED", "app STOPPED not started, since it needs db: FATAL (no)", "db FATAL")
		r.os.set("db", life{})
		if _, err := r.Start(soon(t), control.All(), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, r, "a RUNNING", "app RUNNING", "db RUNNING")
	})
}

// What gives up waiting is again what it was before, to those that need it.
func TestStopOfWhatWaitsIsHeardOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"db": {noSpawn: "no"}}},
			program("app", needs("db"), notByItself, onFailure(config.FailureIgnore)), program("db", needs("disk"), retries(0)), program("disk"))
		time.Sleep(time.Minute)
		if _, err := r.Stop(soon(t), one("disk"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		r.os.set("disk", life{spawn: time.Hour})
		for _, name := range []string{"db", "app"} {
			if _, err := r.Start(soon(t), one(name), control.NoWait); err != nil {
				t.Fatal(err)
			}
		}
		wantStatus(t, r, "app STOPPED waiting for db: waiting for disk: STARTING", "db FATAL waiting for disk: STARTING", "disk STARTING")
		if _, err := r.Stop(soon(t), one("db"), control.WaitDone); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, r, "app STARTING", "db FATAL", "disk STARTING")
	})
}

// The end of one process of a group starts no other one that goes with it.
func TestRemovalStartsNothing(t *testing.T) {
	for _, how := range []string{"remove", "update"} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				on := func(g, name string) func(*config.Program) {
					return func(p *config.Program) {
						p.Needs = []config.Need{{Group: g, Process: name, Condition: config.NeedRunning}}
						p.DependsOnFailure = config.FailureIgnore
					}
				}
				os := &fakeOS{lives: map[string]life{"db": {noSpawn: "no"}, "disk": {spawn: time.Hour}}}
				r := run(t, os, groupOf("g", member("g", "db", on("disk", "disk"), notByItself, retries(0)), member("g", "app", on("g", "db"), notByItself)),
					program("disk", notByItself))
				_, err := r.StartAlone(t.Context(), control.Selector{Group: "g", Process: "db"}, control.NoWait)
				wantFault(t, err, control.SpawnError)
				for _, name := range []string{"db", "app"} { // db is FATAL and waits
					if _, err := r.Start(t.Context(), control.Selector{Group: "g", Process: name}, control.NoWait); err != nil {
						t.Fatal(err)
					}
				}
				wantStatus(t, r, "disk STARTING", "app STOPPED waiting for g:db: waiting for disk: STARTING", "db FATAL waiting for disk: STARTING")
				r.write(program("disk", notByItself))
				if how == "update" {
					update(t, r)
				} else if err := r.RemoveGroup(t.Context(), "g"); err != nil {
					t.Fatal(err)
				}
				wantStatus(t, r, "disk STARTING")
				if n := r.starts("app"); n > 0 {
					t.Errorf("app was started %d times", n)
				}
			})
		})
	}
}
