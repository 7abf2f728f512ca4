package supervise

import (
	"log/slog"
	"slices"

	"supervisord/internal/event"
	"supervisord/internal/mainlog"
	"supervisord/internal/process"
)

// narrateInput writes the line that belongs to an input as such.
func (l *Loop) narrateInput(p *proc, in process.Input) {
	name := p.name
	switch in := in.(type) {
	case process.Spawned:
		l.log.Info(event.Spawned(name, in.PID), "process", name, "group", p.group.name, "pid", in.PID)
	case process.SpawnFailed:
		l.log.Info(event.SpawnErr(in.Reason), "process", name, "group", p.group.name)
	case process.SignalFailed:
		mainlog.At(l.log, mainlog.LevelCritical, event.SignalFailed(name, in.Reason),
			"process", name, "group", p.group.name)
	case process.Start, process.Stop, process.Hold, process.Drain, process.Tick, process.Ready, process.Extend, process.Hung, process.Died:
		// what follows from these is told as a change
	}
}

// narrateKill says why a process that hangs is killed. Who is not killed for it, since it
// hangs already or is not up yet, may say that it hangs as often as it likes.
func (l *Loop) narrateKill(p *proc, in process.Input, k process.Kill) {
	if h, ok := in.(process.Hung); ok {
		l.log.Warn(event.Hung(p.name, h.Reason), "process", p.name, "group", p.group.name, "pid", k.PID)
	}
}

// narrateChange writes the line that belongs to a change of phase, at the level that
// Python gives it.
func (l *Loop) narrateChange(p *proc, in process.Input, c process.Changed) {
	name := p.name
	attrs := []any{"process", name, "group", p.group.name, "from", c.From.String(), "to", c.To.String(), "pid", c.PID}
	died, _ := in.(process.Died)
	switch c.To {
	case process.Running:
		words := event.EnteredRunning(name, p.policy.StartSecs)
		if p.policy.AwaitReady {
			words = event.EnteredReady(name)
		}
		l.log.Info(words, attrs...)
	case process.Exited:
		mainlog.At(l.log, levelOf(c.Expected), event.Exited(name, died.Exit, c.Expected), attrs...)
	case process.Backoff:
		if _, isDeath := in.(process.Died); isDeath {
			l.log.Warn(event.EndedTooQuickly(name, died.Exit), attrs...)
		}
	case process.Stopped:
		if _, isDeath := in.(process.Died); isDeath {
			mainlog.At(l.log, levelOf(p.expects(died.Exit)), event.Stopped(name, died.Exit), attrs...)
		}
	case process.Fatal:
		if !p.state.Draining {
			reason := event.TooManyRetries
			if c.From == process.Exited {
				reason = p.state.SpawnErr
			}
			l.log.Info(event.GaveUp(name, reason), attrs...)
		}
	case process.Starting, process.Stopping, process.Unknown: // told by the inputs
	}
}

func (p *proc) expects(e process.Exit) bool {
	return slices.Contains(p.policy.ExitCodes, e.Code)
}

func levelOf(expected bool) slog.Level {
	if expected {
		return slog.LevelInfo
	}
	return slog.LevelWarn
}
