package supervise

import (
	"context"
	"fmt"

	"supervisord/internal/control"
	"supervisord/internal/order"
	"supervisord/internal/process"
)

// Unmet reports whether a process is without what it needs. It is called in the loop.
func (l *Loop) Unmet(group, name string) bool {
	p := l.active(control.Selector{Group: group, Process: name})
	if p == nil {
		return false
	}
	_, verdict := l.unmet(p, 0)
	return verdict == order.NotYet || verdict == order.Failed
}

// DependentsAlive returns those that need a process and have a child. It is called in the loop.
func (l *Loop) DependentsAlive(group, name string) (names []string) {
	of := l.active(control.Selector{Group: group, Process: name})
	for _, p := range l.view.Load().order {
		for _, other := range l.needed(p) {
			if other == of && p.state.PID != 0 {
				names = append(names, p.name)
			}
		}
	}
	return names
}

// Leftovers lists what does not fit together, in a loop that nobody asks for anything.
func (l *Loop) Leftovers(ctx context.Context) (problems []string, err error) {
	err = l.do(ctx, func() {
		starting, listed := 0, map[*proc]bool{}
		for _, waiting := range l.holds.needs {
			for _, p := range waiting {
				listed[p] = true
			}
		}
		for _, p := range l.holds.turns {
			listed[p] = true
		}
		problem := func(p *proc, text string, args ...any) {
			problems = append(problems, p.name+" "+p.state.Phase.String()+": "+fmt.Sprintf(text, args...))
		}
		for _, p := range l.view.Load().order {
			if p.state.Phase == process.Starting {
				starting++
			}
			h := p.held.Load()
			switch _, verdict := l.unmet(p, 0); {
			case listed[p] != p.listed || p.listed != p.waits():
				problem(p, "waits %v, listed %v, in a list %v", p.waits(), p.listed, listed[p])
			case h != nil && h.why == forNeed && verdict == order.Met:
				problem(p, "waits, though all is there: %v", h)
			case h != nil && h.why == forTurn && l.holds.starting < l.holds.limit:
				problem(p, "waits for its turn")
			case h != nil && !p.childless():
				problem(p, "is held: %v", h)
			case len(p.watchers) > 0:
				problem(p, "is watched by %d", len(p.watchers))
			case len(p.afterStop) > 0 || p.leaving != 0:
				problem(p, "%d stop after it, it stops after %d", len(p.afterStop), p.leaving)
			case p.promised:
				problem(p, "is to be started by an update")
			case h == nil && !p.state.Deadline.IsZero() && p.due < 0:
				problem(p, "has lost its deadline")
			}
			delete(listed, p)
		}
		for p := range listed {
			problem(p, "waits, but is not there")
		}
		if starting != l.holds.starting {
			problems = append(problems, fmt.Sprintf("%d STARTING, counted as %d", starting, l.holds.starting))
		}
	})
	return problems, err
}
