package runner

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config"
	"supervisord/internal/process"
	"supervisord/internal/readiness"
)

// What is found out before the spawn is told comes after it, once; behind the end of the
// check nothing comes.
func TestCheckTellsInOrder(t *testing.T) {
	var told []process.Input
	n := &run{Runner: &Runner{}, post: func(in process.Input) { told = append(told, in) }}
	n.configured.Store(&config.Program{Readiness: config.Readiness{By: config.ReadyLog, Value: "up"}})
	early, late := n.newCheck(), n.newCheck()
	early.ready()
	n.post(process.Spawned{PID: 7})
	early.begin(0)
	early.ready()
	early.end()
	n.post(process.Died{})
	late.begin(0)
	late.end()
	late.ready()
	late.hung("x")
	want := []process.Input{process.Spawned{PID: 7}, process.Ready{}, process.Died{}}
	if d := cmp.Diff(want, told); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// A child that asks for time has it to get up, and then until its next sign of life.
func TestExtendedTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told, c := watched(t, config.Program{Readiness: config.Readiness{By: config.ReadyNotify}, StartSecs: time.Hour, Watchdog: 2 * time.Second, StopWaitSecs: 5 * time.Second})
		c.lives(readiness.Message{Extend: time.Minute})
		time.Sleep(time.Hour)
		c.ready()
		time.Sleep(time.Second)
		c.lives(readiness.Message{Extend: 10 * time.Second})
		time.Sleep(9 * time.Second)
		c.lives(readiness.Message{Stopping: true})
		time.Sleep(4 * time.Second)
		want := []process.Input{process.Extend{For: time.Minute}, process.Ready{}}
		if d := cmp.Diff(want, told()); d != "" {
			t.Errorf("-want +got\n%s", d)
		}
		time.Sleep(time.Hour)
		want = append(want, process.Hung{Reason: "no WATCHDOG=1 within 2 seconds (watchdog_secs)"})
		if d := cmp.Diff(want, told()); d != "" {
			t.Errorf("-want +got\n%s", d)
		}
	})
}

// Of two signs of life before the first is heard, the second counts.
func TestLatestSignOfLife(t *testing.T) {
	c := &check{program: &config.Program{Watchdog: time.Second}, alive: make(chan time.Duration, 1)}
	c.lives(readiness.Message{Alive: true})
	c.lives(readiness.Message{Extend: time.Minute})
	if got := <-c.alive; got != time.Minute {
		t.Errorf("the next is due in %v", got)
	}
}

// Who falls silent before startsecs have passed hangs as well, once that counts.
func TestSilenceBeforeStartSecs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told, c := watched(t, config.Program{StartSecs: 10 * time.Second, Watchdog: 2 * time.Second})
		time.Sleep(time.Second)
		c.lives(readiness.Message{Alive: true})
		time.Sleep(10*time.Second + 500*time.Millisecond)
		if got := told(); len(got) > 0 {
			t.Errorf("too early: %v", got)
		}
		time.Sleep(time.Second)
		if got := told(); len(got) != 1 {
			t.Errorf("after the end: %v", got)
		}
	})
}

// watched returns what a check has told, and the check, which has begun, without a socket.
func watched(t *testing.T, p config.Program) (func() []process.Input, *check) {
	t.Helper()
	var told []process.Input
	c := &check{
		program: &p, begun: true, alive: make(chan time.Duration, 1), tell: func(string) {},
		post: func(in process.Input) { told = append(told, in) },
	}
	c.ctx, c.cancel = context.WithCancel(t.Context())
	c.work.Go(c.watch)
	t.Cleanup(c.end)
	synctest.Wait()
	return func() []process.Input {
		synctest.Wait()
		c.mu.Lock() // so it is when post is called
		defer c.mu.Unlock()
		return slices.Clone(told)
	}, c
}
