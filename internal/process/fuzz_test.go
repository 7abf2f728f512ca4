package process_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/process"
)

// legal holds the edges that a Changed may report.
var legal = map[process.Phase][]process.Phase{
	process.Stopped:  {process.Starting},
	process.Starting: {process.Running, process.Backoff, process.Stopping},
	process.Running:  {process.Exited, process.Stopping},
	process.Backoff:  {process.Starting, process.Fatal, process.Stopped},
	process.Stopping: {process.Stopped, process.Unknown, process.Backoff},
	process.Exited:   {process.Starting, process.Stopped, process.Fatal},
	process.Fatal:    {process.Starting},
	process.Unknown:  {process.Stopped},
}

// FuzzNext feeds any inputs in any order, those that cannot be included, to a process
// with any policy. The first bytes are the policy, then come pairs of input and time.
func FuzzNext(f *testing.F) {
	f.Add([]byte{1, 3, 2, 1, 10, 0, 0, 0x05, 0, 10, 1, 15, 2, 20, 9, 1, 1, 5, 20, 9, 3})
	f.Add([]byte{0, 0, 1, 0, 0, 0, 1, 0x0f, 0, 1, 3, 5, 4, 20, 6, 0, 0, 0, 1, 1, 5, 9, 7, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) < 8 {
			return
		}
		w := &world{t: t, policy: fuzzPolicy(script[:8]), now: now}
		for pair := range slices.Chunk(script[8:], 2) {
			if len(pair) == 2 {
				w.step(pair[0], pair[1])
			}
		}
	})
}

func fuzzPolicy(b []byte) process.Policy {
	seconds := func(i int) time.Duration { return time.Duration(int8(b[i])) * time.Second / 4 }
	p := process.Policy{
		StartSecs: seconds(0), StartRetries: int(int8(b[1])), AutoRestart: process.Restart(b[2] % 3),
		ExitCodes: []int{0}, StopWait: max(seconds(3), 0), KillWait: max(seconds(4), 0),
		RestartPause: max(seconds(5), 0), RespawnFloor: max(seconds(6), 0),
		StopAsGroup: b[7]&1 != 0, KillAsGroup: b[7]&2 != 0,
		AwaitReady: b[1]&1 != 0, ReadyTimeout: max(seconds(3), 0),
		RetryWait:    process.RetryWait{Growth: process.Growth(b[7] >> 4 % 3), Max: max(seconds(6), 0), Jitter: float64(b[5]) / 255},
		RestartLimit: process.Limit{Count: int(b[7] >> 6), Within: max(seconds(4), 0)},
	}
	for sig := range int(b[7] >> 2 & 3) {
		p.StopSignals = append(p.StopSignals, sig+1)
	}
	return p
}

// world knows the children that there are, and checks that Next knows them too.
type world struct {
	t        *testing.T
	policy   process.Policy
	state    process.State
	now      time.Time
	pids     int
	awaited  bool // a Spawn has not been answered
	alive    int  // PID of the child; zero if there is none
	draining bool
}

func (w *world) step(kind, wait byte) {
	w.now = w.now.Add(time.Duration(wait) * time.Second / 8)
	in := w.input(kind)
	before := w.state
	var effects []process.Effect
	w.state, effects = process.Next(w.policy, before, w.now, in)
	for _, e := range effects {
		w.carryOut(e)
	}
	if w.state.PID != w.alive {
		w.t.Fatalf("%T in %s: PID is %d, the child %d", in, before.Phase, w.state.PID, w.alive)
	}
	if d := w.state.Deadline; d != before.Deadline && !d.IsZero() && d.Before(w.now) {
		w.t.Fatalf("%T in %s: a deadline in the past, by %v", in, before.Phase, w.now.Sub(d))
	}
	if w.state.RestartPending() && w.draining {
		w.t.Fatalf("%T in %s: a restart is to come while draining", in, before.Phase)
	}
	w.state = roundTrip(w.t, w.state)
}

// input returns an input, and does to the children what it says.
func (w *world) input(kind byte) process.Input {
	switch kind % 12 {
	case 1:
		return process.Stop{}
	case 2:
		w.draining = true
		return process.Hold{}
	case 3:
		w.draining = true
		return process.Drain{}
	case 4:
		return process.Tick{}
	case 5:
		w.pids++
		if w.awaited {
			w.awaited, w.alive = false, w.pids
		}
		return process.Spawned{PID: w.pids}
	case 6:
		w.awaited = false
		return process.SpawnFailed{Reason: "no"}
	case 7:
		w.alive = 0
		return process.Died{Exit: process.Exit{Code: int(kind>>4) % 2}}
	case 8:
		return process.SignalFailed{Reason: "no"}
	case 9:
		if kind >= 128 {
			return process.Extend{For: time.Duration(kind%8) * time.Second}
		}
		return process.Tick{}
	case 10:
		return process.Ready{}
	case 11:
		return process.Hung{Reason: "no"}
	}
	return process.Start{}
}

func (w *world) carryOut(e process.Effect) {
	switch e := e.(type) {
	case process.Spawn:
		if w.awaited || w.alive != 0 {
			w.t.Fatalf("a second child: awaited %v, alive %d", w.awaited, w.alive)
		}
		if w.draining {
			w.t.Fatal("a start while draining")
		}
		w.awaited = true
	case process.Kill:
		if e.PID <= 0 || e.PID != w.alive {
			w.t.Fatalf("signal %d to %d, the child is %d", e.Signal, e.PID, w.alive)
		}
	case process.Changed:
		if !slices.Contains(legal[e.From], e.To) {
			w.t.Fatalf("%s -> %s", e.From, e.To)
		}
	}
}

func roundTrip(t *testing.T, s process.State) process.State {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var got process.State
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got != s {
		t.Fatalf("state does not survive JSON:\n%s", cmp.Diff(s, got))
	}
	return got
}
