package supervise

import (
	"cmp"
	"slices"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/order"
)

// foresight is what an update makes of the processes, as far as others need them.
type foresight struct {
	l *Loop
	// programs are what each process is made from that there is afterwards.
	programs map[control.Selector]*config.Program
	starts   map[control.Selector]bool // its own step starts it
	asked    map[control.Selector]bool // what it lacks is known
	// wantedBy are those for which a process is started.
	wantedBy map[control.Selector][]control.Selector
}

// planNeeded says what an update starts beyond the steps in its groups: an update to next
// of the groups that are named, or of all. It goes the way of startNeeds, renewNeeds and
// wanted, before anything has changed.
func (l *Loop) planNeeded(groups []control.GroupPlan, next *config.Config, names []string) []control.NeededStart {
	updated := configsOf(next, names)
	if !l.anyNeeds(updated) {
		return nil
	}
	f := l.foresee(groups, updated, names)
	roots, awaited := f.ownStarts(groups), f.awaited()
	for _, p := range l.heldByOther(updated) {
		roots = append(roots, p.selector())
	}
	for _, a := range awaited {
		roots = append(roots, a.need)
	}
	all := order.WithNeeds(roots, f.missing)
	for _, a := range awaited {
		if !f.asked[a.by] {
			f.note(a.need, a.by)
		}
	}
	var needed []control.NeededStart
	for _, sel := range all {
		if p := l.active(sel); !f.starts[sel] && (p == nil || p.idle()) {
			needed = append(needed, control.NeededStart{Process: sel, For: f.wantedBy[sel]})
		}
	}
	return needed
}

// configsOf returns the groups that are named, or all.
func configsOf(c *config.Config, names []string) (groups []*config.Group) {
	for i := range c.Groups {
		if g := &c.Groups[i]; len(names) == 0 || slices.Contains(names, g.Name) {
			groups = append(groups, g)
		}
	}
	return groups
}

// anyNeeds reports whether a process needs another, of those that are active or in groups.
func (l *Loop) anyNeeds(groups []*config.Group) bool {
	for _, g := range groups {
		for i := range g.Programs {
			if len(g.Programs[i].Needs) > 0 {
				return true
			}
		}
	}
	return slices.ContainsFunc(l.current().order, func(p *proc) bool { return len(p.program.Needs) > 0 })
}

// foresee takes down what there will be, and what is started of it.
func (l *Loop) foresee(plans []control.GroupPlan, updated []*config.Group, names []string) *foresight {
	f := &foresight{
		l: l, programs: make(map[control.Selector]*config.Program), starts: make(map[control.Selector]bool),
		asked: make(map[control.Selector]bool), wantedBy: make(map[control.Selector][]control.Selector),
	}
	for _, p := range l.current().order {
		if len(names) > 0 && !slices.Contains(names, p.group.name) {
			f.programs[p.selector()] = cmp.Or(p.coming, p.program)
		}
	}
	for _, g := range updated {
		for i := range g.Programs {
			f.programs[control.Selector{Group: g.Name, Process: g.Programs[i].Name}] = &g.Programs[i]
		}
	}
	for _, g := range plans {
		for _, p := range g.Processes {
			if p.Step == control.StepStart || p.Step == control.StepRestart {
				f.starts[g.Selector(p.Name)] = true
			}
		}
	}
	return f
}

// ownStarts returns those that are started by their own step, with what they need.
func (f *foresight) ownStarts(plans []control.GroupPlan) (sels []control.Selector) {
	for _, g := range plans {
		for _, pp := range g.Processes {
			sel := g.Selector(pp.Name)
			if p := f.l.active(sel); f.starts[sel] && (p == nil || !p.alone) {
				sels = append(sels, sel)
			}
		}
	}
	return sels
}

// awaited is a process that is new, and one that waits already and needs it.
type awaited struct{ need, by control.Selector }

func (f *foresight) awaited() (all []awaited) {
	if len(f.l.holds.needs) == 0 {
		return nil
	}
	for _, p := range f.l.current().order {
		program := f.programs[p.selector()]
		if h := p.held.Load(); program == nil || !p.waits() || h.why != forNeed {
			continue
		}
		for _, n := range program.Needs {
			if sel := selectorOf(n); f.l.active(sel) == nil && f.programs[sel] != nil {
				all = append(all, awaited{sel, p.selector()})
			}
		}
	}
	return all
}

// missing is [Loop.missing] at the time at which a process is started.
func (f *foresight) missing(sel control.Selector) (sels []control.Selector) {
	f.asked[sel] = true
	if p := f.l.active(sel); p != nil && !f.starts[sel] && !p.idle() && (p.alone || !p.waits()) {
		return nil
	}
	for _, n := range f.programs[sel].Needs {
		if other := selectorOf(n); f.lacks(n) {
			f.note(other, sel)
			sels = append(sels, other)
		}
	}
	return sels
}

// lacks reports whether a need is one that has to be started, and is not by itself.
func (f *foresight) lacks(n config.Need) bool {
	sel := selectorOf(n)
	p, program := f.l.active(sel), f.programs[sel]
	switch {
	case program == nil || f.starts[sel]:
		return false
	case p == nil:
		return true
	}
	return (p.idle() || p.waits()) && p.verdict(n.Condition, program.ExitCodes) != order.Met
}

// note takes down for whom a process is started.
func (f *foresight) note(sel, by control.Selector) {
	if all := f.wantedBy[sel]; len(all) == 0 || all[len(all)-1] != by { // by may need it twice
		f.wantedBy[sel] = append(all, by)
	}
}

// tellNeeded makes the steps of a plan say of what is needed that it is started.
func tellNeeded(plan *control.Plan) {
	needed := make(map[control.Selector]bool, len(plan.Needed))
	for _, n := range plan.Needed {
		needed[n.Process] = true
	}
	for i := range plan.Groups {
		g := &plan.Groups[i]
		for j := range g.Processes {
			if p := &g.Processes[j]; needed[g.Selector(p.Name)] {
				p.Step = control.StepStart
			}
		}
	}
}
