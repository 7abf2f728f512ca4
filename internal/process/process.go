package process

import (
	"fmt"
	"slices"
	"time"
)

// The SpawnErr of a child that did not live for startsecs, and of one that died before it
// was ready.
const (
	TooQuick = "Exited too quickly (process log may have details)"
	NotReady = "Exited before it was ready (process log may have details)"
)

// Next returns the state that follows s when in happens at now, and what the
// caller must do about it, in order. It does not change s or p. An input that cannot
// be, such as the death of a child that is not there, changes nothing.
func Next(p Policy, s State, now time.Time, in Input) (State, []Effect) {
	t := turn{State: s, policy: p, now: now}
	switch in := in.(type) {
	case Start:
		if !s.Draining && (s.Phase == Stopped || s.Phase == Exited || s.Phase == Fatal) {
			t.Restarts, t.CountedSince = 0, time.Time{}
			t.start()
		}
	case Stop:
		t.stop()
	case Hold:
		t.hold()
	case Drain:
		t.hold()
		t.drain()
	case Spawned:
		if s.spawning() && in.PID > 0 {
			t.spawned(in.PID)
		}
	case SpawnFailed:
		if s.spawning() {
			t.SpawnErr = in.Reason
			t.failed()
		}
	case Ready:
		if s.Phase == Starting && s.PID != 0 && p.AwaitReady {
			t.running()
		}
	case Extend:
		if s.Phase == Starting && s.PID != 0 && p.AwaitReady {
			t.extend(in.For)
		}
	case Hung:
		if s.Phase == Running && s.Deadline.IsZero() {
			t.hung(in.Reason)
		}
	case Died:
		if s.PID != 0 {
			t.died(in.Exit)
		}
	case SignalFailed:
		if s.Phase == Stopping && s.PID != 0 {
			t.SpawnErr = in.Reason
			t.enter(Unknown)
		}
	case Tick:
		if !s.Deadline.IsZero() && !now.Before(s.Deadline) {
			t.tick()
		}
	}
	return t.State, t.out
}

// turn is one call of Next in progress.
type turn struct {
	State
	policy Policy
	now    time.Time
	out    []Effect
}

// enter moves to another phase. It forgets the deadline, which belonged to the old one.
func (t *turn) enter(to Phase) { t.change(Changed{To: to, PID: t.PID}) }

func (t *turn) change(c Changed) {
	c.From, c.Tries = t.Phase, t.Failures
	t.out = append(t.out, c)
	t.Phase, t.Since, t.Deadline = c.To, t.now, time.Time{}
}

func (t *turn) start() {
	t.Started, t.Exit, t.SpawnErr, t.StopStep = t.now, Exit{}, "", 0
	t.enter(Starting)
	t.out = append(t.out, Spawn{})
}

// spawned counts startsecs from here, not from start: on a busy machine a fork may
// wait its turn, and that is not a time the program was up.
func (t *turn) spawned(pid int) {
	t.PID, t.Started = pid, t.now
	switch {
	case t.Phase == Stopping: // stopped before the child was even there
		t.signal()
	case t.policy.AwaitReady:
		if t.policy.ReadyTimeout > 0 {
			t.Deadline = t.now.Add(t.policy.ReadyTimeout)
		}
	case t.policy.StartSecs <= 0:
		t.running()
	default:
		t.Deadline = t.now.Add(t.policy.StartSecs)
	}
}

func (t *turn) running() {
	t.Failures = 0
	t.enter(Running)
}

// failed ends a start that did not reach Running.
func (t *turn) failed() {
	if t.Phase == Stopping && !t.Failing {
		t.enter(Stopped)
		return
	}
	t.Failing = false
	t.Failures++
	t.enter(Backoff)
	if t.Failures > t.policy.StartRetries {
		t.fatal()
		return
	}
	if !t.Draining {
		t.Deadline = t.now.Add(max(t.policy.RetryWait.after(t.Failures, t.now), t.policy.RestartPause))
	}
}

func (t *turn) fatal() {
	t.Failures = 0
	t.enter(Fatal)
}

func (t *turn) died(exit Exit) {
	pid := t.PID
	t.PID, t.Exit, t.Ended = 0, exit, t.now
	switch {
	case t.Phase == Stopping && t.Failing:
		t.failed()
	case t.Phase == Stopping || t.Phase == Unknown:
		t.Failing = false
		t.change(Changed{To: Stopped, PID: pid})
	case t.Phase == Starting && t.policy.AwaitReady:
		t.SpawnErr = NotReady
		t.failed()
	case t.Phase == Starting && t.lived() < t.policy.StartSecs:
		t.SpawnErr = TooQuick
		t.failed()
	default:
		t.exited(pid)
	}
}

// lived returns how long the child was alive. A clock that was set back meanwhile must
// not make that negative, or the next start would be far away.
func (t *turn) lived() time.Duration { return max(t.now.Sub(t.Started), 0) }

// exited ends a run. A child that lived for startsecs was up, even if no Tick came
// in between to say so.
func (t *turn) exited(pid int) {
	if t.Phase == Starting {
		t.PID = pid
		t.running()
		t.PID = 0
	}
	t.Failures = 0
	expected := slices.Contains(t.policy.ExitCodes, t.Exit.Code)
	if !expected && t.SpawnErr == "" { // a hung process has its reason already
		t.SpawnErr = fmt.Sprintf("Bad exit code %d", t.Exit.Code)
	}
	t.change(Changed{To: Exited, PID: pid, Expected: expected})
	if t.Draining || t.policy.AutoRestart == Never || t.policy.AutoRestart == Unexpected && expected {
		return
	}
	if !t.restartAllowed() {
		t.SpawnErr = tooOften(t.policy.RestartLimit)
		t.enter(Fatal)
		return
	}
	wait := max(t.policy.RestartPause, t.policy.RespawnFloor-t.lived())
	if wait <= 0 {
		t.start()
		return
	}
	t.Deadline = t.now.Add(wait)
}

// extend moves the deadline of a start, never to an earlier time: sd_notify(3) has it so.
func (t *turn) extend(by time.Duration) {
	if later := t.now.Add(by); !t.Deadline.IsZero() && later.After(t.Deadline) {
		t.Deadline = later
	}
}

// notReady ends a start that has taken too long.
func (t *turn) notReady() {
	limit := "readiness_timeout"
	within := t.Deadline.Sub(t.Started)
	if within > t.policy.ReadyTimeout {
		limit += " and EXTEND_TIMEOUT_USEC"
	}
	t.SpawnErr = fmt.Sprintf("Not ready within %v (%s)", within.Round(time.Millisecond), limit)
	t.Failing, t.StopStep = true, 0
	t.enter(Stopping)
	t.signal()
}

// hung ends a child that does no work any more, as if it had crashed. A Tick follows up
// with SIGKILL.
func (t *turn) hung(reason string) {
	t.SpawnErr = reason
	t.out = append(t.out, Kill{PID: t.PID, Signal: SIGABRT, Group: t.policy.KillAsGroup})
	t.Deadline = t.now.Add(max(t.policy.StopWait, time.Second))
}

func (t *turn) stop() {
	switch t.Phase {
	case Starting, Running:
		t.StopStep = 0
		t.enter(Stopping)
		if t.PID != 0 {
			t.signal()
		}
	case Backoff:
		// Python keeps the count, so that a later start has fewer tries (ADR-0004).
		t.enter(Stopped)
		t.Failures = 0
	case Exited:
		if t.RestartPending() {
			t.enter(Stopped)
		}
	case Stopping:
		t.Failing = false // it is wanted now
	case Stopped, Fatal, Unknown: // nothing to stop
	}
}

// hold forgets the start that was to come.
func (t *turn) hold() {
	t.Draining = true
	if t.Phase == Backoff || t.Phase == Exited {
		t.Deadline = time.Time{}
	}
}

// drain differs from stop in Backoff alone: Python gives such a process up.
func (t *turn) drain() {
	if t.Phase == Backoff {
		t.fatal()
		return
	}
	t.stop()
}

// signal sends the next stop signal, and SIGKILL once they are used up.
func (t *turn) signal() {
	if t.StopStep < len(t.policy.StopSignals) {
		sig := t.policy.StopSignals[t.StopStep]
		t.StopStep++
		t.out = append(t.out, Kill{PID: t.PID, Signal: sig, Group: t.policy.StopAsGroup})
		t.Deadline = t.now.Add(t.policy.StopWait)
		return
	}
	t.kill()
}

// kill sends SIGKILL, and will again.
func (t *turn) kill() {
	wait := t.policy.StopWait
	if t.policy.KillWait > 0 {
		wait = t.policy.KillWait
	}
	t.out = append(t.out, Kill{PID: t.PID, Signal: SIGKILL, Group: t.policy.KillAsGroup, Forced: true})
	t.Deadline = t.now.Add(max(wait, time.Second)) // stopwaitsecs=0 must not mean a storm of signals
}

func (t *turn) tick() {
	switch t.Phase {
	case Starting:
		if t.policy.AwaitReady {
			t.notReady()
			return
		}
		t.running()
	case Backoff, Exited:
		t.start()
	case Stopping:
		t.signal()
	case Running: // hung, and SIGABRT did not help
		t.kill()
	case Stopped, Fatal, Unknown: // these wait for nothing
	}
}
