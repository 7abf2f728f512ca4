package supervise

import (
	"context"
	"slices"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/process"
)

// Plan reads the configuration file again, on the caller's goroutine, and says what an
// update would do.
func (l *Loop) Plan(ctx context.Context) (control.Plan, error) {
	l.rereading.Lock()
	next, err := l.read(l.scales)
	l.rereading.Unlock()
	if err != nil {
		return control.Plan{}, err
	}
	var plan control.Plan
	err = l.do(ctx, func() { plan = l.planOf(next, nil) })
	tellNeeded(&plan)
	if l.sections != nil {
		plan.Sections = l.sections.Plan(next)
	}
	return plan, err
}

// planOf says what an update to next does with the groups that are named, or with all. What
// is started only since others need it has the steps of its own changes yet; see tellNeeded.
func (l *Loop) planOf(next *config.Config, names []string) control.Plan {
	var plan control.Plan
	for _, d := range l.diff(next) {
		if len(names) == 0 || slices.Contains(names, d.Name) {
			plan.Groups = append(plan.Groups, l.planGroup(&d, next))
		}
	}
	plan.Needed = l.planNeeded(plan.Groups, next, names)
	return plan
}

// diff returns the groups in which next differs from the active ones.
func (l *Loop) diff(next *config.Config) []config.GroupDiff {
	active := l.startOrder()
	old := make([]config.Group, len(active))
	for i, g := range active {
		old[i] = *g.config
	}
	return config.Diff(old, next.Groups)
}

func (l *Loop) planGroup(d *config.GroupDiff, next *config.Config) control.GroupPlan {
	plan := control.GroupPlan{Name: d.Name, Fate: fates[d.Fate], Changes: optionChanges(d.Changes)}
	active := l.groups[d.Name]
	configured := groupOf(next, d.Name)
	procs, programs := active.byName(), programsOf(configured)
	var before map[string]*config.Program
	if active != nil {
		before = programsOf(active.config)
	}
	// A group of another kind is another group, but for its name and what is stopped in it.
	another := active != nil && configured != nil && active.config.Kind != configured.Kind
	diffs := d.Processes
	if another {
		diffs = withUnchanged(diffs, configured)
	}
	for _, pd := range diffs {
		pp := control.ProcessPlan{Name: pd.Name, Changes: optionChanges(pd.Changes)}
		switch pd.Fate {
		case config.Added:
			pp.Step = stepOfNew(programs[pd.Name])
		case config.Removed:
			pp.Step = stepOfOld(procs[pd.Name], before[pd.Name])
		case config.Changed:
			takes := config.Takes(pd.Changes)
			if another {
				takes = config.Restart
			}
			pp.Step = stepOf(procs[pd.Name], before[pd.Name], takes)
		}
		plan.Processes = append(plan.Processes, pp)
	}
	plan.Whole = active != nil && stopsWhole(&plan, len(active.procs))
	return plan
}

// stopsWhole reports whether a plan leaves nothing running of a group of that size.
func stopsWhole(plan *control.GroupPlan, size int) bool {
	ends := 0
	for _, p := range plan.Processes {
		switch p.Step {
		case control.StepRestart, control.StepStop, control.StepRemove:
			ends++
		case control.StepStart, control.StepAdd, control.StepNextStart, control.StepLive: // nothing ends
		}
	}
	return ends == size
}

// withUnchanged adds those processes of a group to its diffs that do not differ.
func withUnchanged(diffs []config.ProcessDiff, g *config.Group) []config.ProcessDiff {
	all := slices.Clone(diffs)
	known := make(map[string]bool, len(diffs))
	for _, d := range diffs {
		known[d.Name] = true
	}
	for i := range g.Programs {
		if name := g.Programs[i].Name; !known[name] {
			all = append(all, config.ProcessDiff{Name: name, Fate: config.Changed})
		}
	}
	return all
}

var fates = map[config.Fate]control.Fate{
	config.Added: control.GroupAdded, config.Removed: control.GroupRemoved, config.Changed: control.GroupChanged,
}

// stepOfNew says what becomes of a process that there was not before.
func stepOfNew(p *config.Program) control.Step {
	if p.AutoStart {
		return control.StepStart
	}
	return control.StepAdd
}

// stepOfOld says what becomes of a process that there is not any more, and was made from old.
func stepOfOld(p *proc, old *config.Program) control.Step {
	switch {
	case startsSoon(p, old):
		return control.StepStop
	case p == nil:
		return control.StepRemove
	}
	if s := p.state; s.Phase.IsStopped() && s.PID == 0 && !s.RestartPending() {
		return control.StepRemove
	}
	return control.StepStop
}

// stepOf says what becomes of a process when its changes from old take that. What was stopped
// by hand, has done its work, or waits for others stays so; what was given up is tried again.
func stepOf(p *proc, old *config.Program, takes config.Apply) control.Step {
	switch {
	case takes == config.Live:
		return control.StepLive
	case takes != config.Restart:
		return control.StepNextStart
	case startsSoon(p, old):
		return control.StepRestart
	case p == nil || p.waits():
		return control.StepNextStart
	case stoppable(p) || p.state.Phase == process.Stopping && p.state.Failing:
		return control.StepRestart
	case p.state.Phase == process.Fatal || p.refused():
		return control.StepStart
	}
	return control.StepNextStart
}

// startsSoon reports whether an update that is under way is about to start a process, which
// is nil if it is not there yet. The next update begins when that has been done.
func startsSoon(p *proc, old *config.Program) bool {
	if p == nil {
		return old.AutoStart
	}
	return p.promised
}

func optionChanges(changes []config.Change) []control.OptionChange {
	var out []control.OptionChange
	for _, c := range changes {
		out = append(out, control.OptionChange{Option: c.Option, Old: c.Old, New: c.New, Takes: string(c.Apply)})
	}
	return out
}

// groupOf returns the group of that name, nil if there is none.
func groupOf(c *config.Config, name string) *config.Group {
	for i := range c.Groups {
		if c.Groups[i].Name == name {
			return &c.Groups[i]
		}
	}
	return nil
}

// programsOf returns the processes of a group by name; none if it is nil.
func programsOf(g *config.Group) map[string]*config.Program {
	if g == nil {
		return nil
	}
	programs := make(map[string]*config.Program, len(g.Programs))
	for i := range g.Programs {
		programs[g.Programs[i].Name] = &g.Programs[i]
	}
	return programs
}

// byName returns the processes of a group by name; none if it is nil.
func (g *group) byName() map[string]*proc {
	if g == nil {
		return nil
	}
	procs := make(map[string]*proc, len(g.procs))
	for _, p := range g.procs {
		procs[p.name] = p
	}
	return procs
}
