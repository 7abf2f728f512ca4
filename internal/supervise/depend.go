package supervise

import (
	"slices"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/order"
	"supervisord/internal/process"
)

// conditions are those of the configuration as package order knows them.
var conditions = map[config.Condition]order.Condition{
	config.NeedStarted: order.Started, config.NeedRunning: order.Running,
	config.NeedHealthy: order.Running, config.NeedCompleted: order.Completed,
}

func selectorOf(n config.Need) control.Selector {
	return control.Selector{Group: n.Group, Process: n.Process}
}

// attempt gives a process a Start, or the Tick of another try, unless something keeps it
// from starting now: then it has that later.
func (l *Loop) attempt(p *proc, in process.Input) {
	from := 0
	if h := p.held.Load(); h != nil {
		from = h.need
	}
	i, verdict := l.unmet(p, from)
	switch {
	case p.state.Draining: // it does not start any more
		l.step(p, in)
	case verdict == order.Failed && p.program.DependsOnFailure == config.FailureStop:
		l.refuse(p, i)
	case verdict != order.Met:
		on := selectorOf(p.program.Needs[i])
		of := l.active(on)
		l.hold(p, &hold{in: in, why: forNeed, on: on, of: of, need: i, failed: verdict == order.Failed || of.hopeless()})
	case l.full():
		l.hold(p, &hold{in: in, why: forTurn})
	default:
		l.step(p, in)
	}
}

// refuse gives a start up, since a need has failed. Those that need p learn of it.
func (l *Loop) refuse(p *proc, need int) {
	on := selectorOf(p.program.Needs[need])
	h := hold{why: noLonger, on: on, of: l.active(on)}
	h.text = "not started, since it needs " + h.reason(1)
	if p.state.Phase == process.Backoff || p.state.RestartPending() {
		l.step(p, process.Stop{})
	}
	l.log.Warn(event.NotStarted(p.program.Name, h.reason(1)), "process", p.program.Name, "group", p.group.name)
	l.hold(p, &h)
	l.wake(p.selector())
}

// unmet returns the first need of a process that is not met, and how it stands. It begins
// with one of them, and goes round: what was waited for is asked first.
func (l *Loop) unmet(p *proc, from int) (int, order.Verdict) {
	if p.alone {
		return 0, order.Met
	}
	needs := p.program.Needs
	for k := range needs {
		i := (from + k) % len(needs)
		v := l.judge(needs[i])
		if v == order.Met || v == order.Failed && p.program.DependsOnFailure == config.FailureIgnore {
			continue
		}
		return i, v
	}
	return 0, order.Met
}

// judge says how a need stands. What is not there is expected if the configuration has it.
func (l *Loop) judge(n config.Need) order.Verdict {
	p := l.active(selectorOf(n))
	if p == nil {
		if l.configured(n) {
			return order.NotYet
		}
		return order.Met
	}
	return p.verdict(n.Condition, p.policy.ExitCodes)
}

// verdict says how a condition stands for the process, if those exit codes are expected.
func (p *proc) verdict(c config.Condition, exitCodes []int) order.Verdict {
	switch {
	case p.refused() && !p.promised:
		return order.Failed
	case p.leaving > 0:
		return order.NotYet
	}
	verdict := order.Judge(conditions[c], p.state, exitCodes)
	switch {
	case (p.waits() || p.promised) && (verdict == order.Failed || c == config.NeedCompleted):
		return order.NotYet // how it has ended is over: it starts again
	case p.state.Draining && verdict == order.Failed && p.state.Phase != process.Unknown:
		return order.NotYet // it is about to go, and nobody needs it then
	}
	return verdict
}

// active returns an active process, nil if there is none of that name.
func (l *Loop) active(sel control.Selector) *proc { return l.current().procs[sel] }

// configured reports whether the configuration, as last read, has a process.
func (l *Loop) configured(n config.Need) bool {
	g := groupOf(l.known, n.Group)
	return g != nil && slices.ContainsFunc(g.Programs, func(p config.Program) bool { return p.Name == n.Process })
}

// startNeeds starts what processes need and is not there, and what that needs. It does not
// start the processes. One of them that was started alone goes on without.
func (l *Loop) startNeeds(procs []*proc) {
	asked := setOf(procs)
	missing := func(p *proc) []*proc {
		if asked[p] && p.alone {
			return nil
		}
		return l.missing(p)
	}
	for _, p := range order.WithNeeds(procs, missing) {
		if !asked[p] && p.idle() {
			p.alone = false
			l.attempt(p, process.Start{})
		}
	}
}

// needsFirst returns processes in an order in which each comes after those that it needs.
func (l *Loop) needsFirst(procs []*proc) []*proc {
	asked := setOf(procs)
	return slices.DeleteFunc(order.WithNeeds(procs, l.needed), func(p *proc) bool { return !asked[p] })
}

// missing returns what would have to be started for a process to start.
func (l *Loop) missing(p *proc) []*proc {
	if p.state.Draining || !p.idle() && (p.alone || !p.waits()) {
		return nil
	}
	var procs []*proc
	for _, n := range p.program.Needs {
		if other := l.active(selectorOf(n)); other != nil && (other.idle() || other.waits()) && l.judge(n) != order.Met {
			procs = append(procs, other)
		}
	}
	return procs
}

// idle reports whether nothing happens to the process until somebody starts it.
func (p *proc) idle() bool {
	if p.promised {
		return false
	}
	switch p.state.Phase {
	case process.Stopped, process.Exited, process.Fatal:
		return p.state.PID == 0 && !p.state.RestartPending() && !p.waits()
	case process.Starting, process.Running, process.Backoff, process.Stopping, process.Unknown:
	}
	return false
}

// childless reports whether the process has no child, and none is on its way.
func (p *proc) childless() bool { return childless(p.state) }

func childless(s process.State) bool {
	switch s.Phase {
	case process.Stopped, process.Exited, process.Fatal, process.Backoff:
		return s.PID == 0
	case process.Starting, process.Running, process.Stopping, process.Unknown:
	}
	return false
}

// needed returns the processes that a process needs, so far as they are active.
func (l *Loop) needed(p *proc) []*proc {
	var procs []*proc
	for _, n := range p.program.Needs {
		if other := l.active(selectorOf(n)); other != nil {
			procs = append(procs, other)
		}
	}
	return procs
}

// dependents returns the processes that run or wait, and need one of procs, or one that
// needs it: in batches in which they can be stopped, one batch after the other.
func (l *Loop) dependents(procs []*proc) [][]*proc {
	need := make(map[*proc][]*proc) // those that need it
	for _, p := range l.current().order {
		if stoppable(p) {
			for _, other := range l.needed(p) {
				need[other] = append(need[other], p)
			}
		}
	}
	asked := setOf(procs)
	all := order.WithNeeds(procs, func(p *proc) []*proc { return need[p] })
	all = slices.DeleteFunc(all, func(p *proc) bool { return asked[p] })
	if len(all) == 0 {
		return nil
	}
	return order.Postpone([][]*proc{all}, l.needed)
}

func setOf(procs []*proc) map[*proc]bool {
	set := make(map[*proc]bool, len(procs))
	for _, p := range procs {
		set[p] = true
	}
	return set
}
