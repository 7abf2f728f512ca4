package supervise

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/process"
)

// update is a change of the configuration that is being carried out: what has to stop is
// stopped, all of it at once; each group goes on when that of its own has stopped; what
// is new comes last, since it may need what the old had: a port, a file, a name.
type update struct {
	plan  control.Plan
	parts []*part
	added []string // groups
	stop  []*proc
	stops *watch // of stop

	sections Exchange // that was made
}

// part is what an update does to a group that is active.
type part struct {
	plan  *control.GroupPlan
	group *group
	next  *config.Group // nil: the group goes
	// other says that the group becomes one of another kind.
	other bool
	left  int     // how many have to stop yet
	start []*proc // when they have
	gone  []*proc // likewise
	stuck []*proc // those that do not stop
}

// Update reads the configuration file again and makes it so. Once it has begun it is
// carried out to its end, whether or not its caller waits.
func (l *Loop) Update(ctx context.Context, groups []string) (control.Plan, error) {
	return l.carryOut(ctx, func() (*update, error) { return l.begun(ctx, groups) })
}

// carryOut begins an update, when no other is under way, and waits for its end.
func (l *Loop) carryOut(ctx context.Context, begin func() (*update, error)) (control.Plan, error) {
	select {
	case l.updating <- struct{}{}: // one after the other
	case <-l.over:
		return control.Plan{}, control.NewFault(control.ShutdownState, "")
	case <-ctx.Done():
		return control.Plan{}, ctx.Err()
	}
	u, err := begin()
	if err != nil {
		<-l.updating
		return control.Plan{}, err
	}
	done := make(chan struct{})
	var cut error
	go func() { // ends when all has stopped, with the loop at the latest
		defer close(done)
		defer func() { <-l.updating }()
		cut = l.complete(u)
		u.sections.Finish()
	}()
	select {
	case <-done:
		if cut != nil {
			return control.Plan{}, cut
		}
		return u.plan, nil
	case <-ctx.Done():
		return control.Plan{}, ctx.Err()
	}
}

// begun reads the file and begins the update to it.
func (l *Loop) begun(ctx context.Context, groups []string) (*update, error) {
	l.rereading.Lock() // or an older reading could overtake a newer one
	defer l.rereading.Unlock()
	next, err := l.read(l.scales)
	if err != nil {
		return nil, err
	}
	x, err := l.prepareSections(next, groups)
	if err != nil {
		return nil, err
	}
	var u *update
	var fault *control.Fault
	err = l.do(ctx, func() { fault = l.refuseUpdate(next, groups) })
	if err == nil {
		err = asError(fault)
	}
	if err != nil {
		x.Abandon()
		return nil, err
	}
	// The sections first: programs are started with what they say. Making the exchange
	// may block, so the loop does not do it.
	sections := x.Make()
	err = l.do(context.WithoutCancel(ctx), func() { // it has begun
		if fault = l.refuseUpdate(next, groups); fault != nil { // the end has begun, too
			return
		}
		l.know(next)
		if len(groups) == 0 {
			l.holds.limit = next.Supervisord.StartConcurrency
		}
		u = l.beginUpdate(next, groups)
		l.nextTurns() // more may be STARTING at once
		u.plan.Sections, u.sections = sections, x
	})
	if err == nil {
		err = asError(fault)
	}
	if err != nil {
		x.Finish()
	}
	return u, err
}

func (l *Loop) refuseUpdate(next *config.Config, groups []string) *control.Fault {
	if l.drain != nil {
		return control.NewFault(control.ShutdownState, "")
	}
	for _, name := range groups {
		if l.groups[name] == nil && groupOf(next, name) == nil {
			return control.NewFault(control.BadName, name)
		}
	}
	return nil
}

// beginUpdate changes what can change at once and stops what has to stop.
func (l *Loop) beginUpdate(next *config.Config, groups []string) *update {
	u := &update{plan: l.planOf(next, groups), sections: noExchange{}}
	updated := configsOf(next, groups)
	held := l.heldByOther(updated)
	for _, p := range held {
		l.unlist(p) // what stops must not have them start, or held anew, before what they need by now is started
	}
	size := 0
	for _, g := range l.groups {
		size += len(g.procs)
	}
	u.stops = newWatch(size)
	for i := range u.plan.Groups {
		gp := &u.plan.Groups[i]
		if gp.Fate == control.GroupAdded {
			u.added = append(u.added, gp.Name)
			continue
		}
		c := &part{plan: gp, group: l.groups[gp.Name], next: groupOf(next, gp.Name)}
		u.parts = append(u.parts, c)
		l.beginPart(c, u)
	}
	l.outdate() // another order, perhaps
	l.launchStops(u.stop, request{
		refuse: func(*proc) *control.Fault { return nil },
		act:    func(p *proc) *control.Fault { l.step(p, process.Stop{}); return nil },
		seen:   func(*proc) func(process.State, []process.Changed) (bool, error) { return stopEnded },
	}, u.stops, func(*proc, *control.Fault) {}) // there are none
	l.renewNeeds(updated)
	l.retry(held)
	l.endParts(slices.DeleteFunc(slices.Clone(u.parts), func(c *part) bool { return c.left > 0 })...)
	tellNeeded(&u.plan) // no earlier: they are started when what needs them is
	return u
}

// renewNeeds gives the processes of groups that stay what they need by now: names in
// depends_on may mean others, even where nothing else differs.
func (l *Loop) renewNeeds(updated []*config.Group) {
	for p, next := range l.staying(updated) {
		if !p.promised && !slices.Equal(p.program.Needs, next.Needs) {
			p.configure(next, false)
		}
	}
}

// heldByOther returns the processes of groups that are kept from their start by something
// that need not do so any more, since they need something else by now.
func (l *Loop) heldByOther(updated []*config.Group) (procs []*proc) {
	for p, next := range l.staying(updated) {
		h := p.held.Load()
		if h != nil && (h.by.DependsOnFailure != next.DependsOnFailure || !slices.Equal(h.by.Needs, next.Needs)) {
			procs = append(procs, p)
		}
	}
	return procs
}

// retry tries processes again that were held, as if they were started by now.
func (l *Loop) retry(procs []*proc) {
	for _, p := range procs {
		h := p.held.Load()
		if h == nil || p.promised {
			continue // it has been started for another of them, or starts with its group
		}
		in := h.in
		if in == nil {
			in = process.Start{}
		}
		l.startNeeds([]*proc{p})
		l.attempt(p, in)
	}
}

// staying returns the processes of groups that there are already, with what they become.
func (l *Loop) staying(updated []*config.Group) iter.Seq2[*proc, *config.Program] {
	return func(yield func(*proc, *config.Program) bool) {
		for _, g := range updated {
			procs := l.groups[g.Name].byName()
			for i := range g.Programs {
				if p := procs[g.Programs[i].Name]; p != nil && !yield(p, &g.Programs[i]) {
					return
				}
			}
		}
	}
}

// beginPart begins to change one group.
func (l *Loop) beginPart(c *part, u *update) {
	g := c.group
	if c.next != nil {
		c.other = c.next.Kind != g.config.Kind
		g.config = c.next
	}
	procs, programs := g.byName(), programsOf(c.next)
	for _, pp := range c.plan.Processes {
		p, next := procs[pp.Name], programs[pp.Name]
		if p == nil {
			continue // it is new
		}
		switch pp.Step {
		case control.StepLive, control.StepNextStart:
			p.configure(next, false)
		case control.StepStart:
			p.configure(next, false)
			p.promised = true
			c.start = append(c.start, p)
		case control.StepRestart:
			p.configure(next, true)
			p.promised = true
			c.start = append(c.start, p)
			u.stop = append(u.stop, p)
			c.left++
		case control.StepStop:
			c.gone = append(c.gone, p)
			l.retire(p)
			u.stop = append(u.stop, p)
			c.left++
		case control.StepRemove:
			c.gone = append(c.gone, p)
			l.retire(p)
		case control.StepAdd: // such a process is new
		}
	}
	if c.next != nil && !c.other {
		g.tune()
	}
}

// stopEnded says whether a stop has come to its end, and how.
func stopEnded(s process.State, _ []process.Changed) (bool, error) {
	if s.Phase == process.Unknown {
		return true, control.NewFault(control.Failed, s.SpawnErr)
	}
	return s.Phase != process.Stopping, nil
}

// complete carries an update out to its end. It fails if a shutdown begins before that.
func (l *Loop) complete(u *update) error {
	ctx := context.Background() // it ends with the loop
	if len(u.stops.procs) > 0 {
		parts := make(map[*group]*part, len(u.parts))
		for _, c := range u.parts {
			parts[c.group] = c
		}
		waiting := request{waiting: func(p *proc) { l.log.Info(event.WaitingToStop(p.name)) }}
		var ended []*part
		_ = l.await(ctx, u.stops, waiting, func(p *proc, err error) { // no context, no error
			c := parts[p.group]
			if err != nil {
				c.stuck = append(c.stuck, p)
			}
			if c.left--; c.left == 0 {
				ended = append(ended, c)
			}
			if len(ended) > 0 && len(u.stops.ends) == 0 { // those that end together change the view together
				_ = l.do(ctx, func() { l.endParts(ended...) }) // whether the loop is over is of no interest
				ended = nil
			}
		})
	}
	var fault *control.Fault
	if err := l.do(ctx, func() { fault = l.addNew(u) }); err != nil {
		return err
	}
	return asError(fault)
}

// endParts goes on with groups in which all has stopped that had to. All of them are what
// they are to be before anything starts, and before anybody hears of it.
func (l *Loop) endParts(parts ...*part) {
	var ended []*part
	for _, c := range parts {
		if l.endPart(c) {
			ended = append(ended, c)
		}
	}
	for _, c := range ended {
		l.resume(c)
	}
}

// endPart makes a group what it is to be, and reports whether it could.
func (l *Loop) endPart(c *part) bool {
	g := c.group
	if l.drain != nil || l.groups[g.name] != g {
		return false // somebody else wants something else by now
	}
	c.dropStuck()
	if c.next == nil {
		fault := l.takeOut(g)
		if fault != nil {
			c.plan.Problem = cmp.Or(c.plan.Problem, fault.Error())
		}
		return fault == nil
	}
	l.forget(c)
	for _, p := range c.start {
		p.settle()
	}
	if c.other {
		l.reenlist(g)
	}
	g.tune()
	if g.arrange() || len(c.gone) > 0 {
		l.outdate()
	}
	return true
}

// resume goes on with those that waited for a group to become what it is to be.
func (l *Loop) resume(c *part) {
	if c.next == nil {
		l.deactivate(c.group)
		return
	}
	l.current() // whoever hears of what starts finds it
	for _, p := range slices.Concat(c.gone, c.stuck) {
		l.wake(p.selector()) // perhaps nobody needs it any more, or it will not come
	}
	for _, p := range c.start {
		p.promised = false
	}
	l.startAll(c.start)
}

// dropStuck keeps processes that could not be stopped out of what follows. They stay what
// they are until they die.
func (c *part) dropStuck() {
	if len(c.stuck) == 0 {
		return
	}
	var names []string
	for _, p := range c.stuck {
		p.promised = false
		names = append(names, p.selector().String()+": "+p.state.SpawnErr)
		if c.next != nil && slices.Contains(c.gone, p) { // or the next update would not know it
			kept := *c.group.config
			kept.Programs = append(slices.Clone(kept.Programs), *p.program)
			c.group.config = &kept
		}
	}
	isStuck := func(p *proc) bool { return slices.Contains(c.stuck, p) }
	c.gone = slices.DeleteFunc(c.gone, isStuck)
	c.start = slices.DeleteFunc(c.start, isStuck)
	c.plan.Problem = "cannot be stopped: " + strings.Join(names, ", ")
}

// forget takes the processes that have gone out of their group.
func (l *Loop) forget(c *part) {
	gone := make(map[*proc]bool, len(c.gone))
	for _, p := range c.gone {
		gone[p] = true
		p.clearRings() // nobody can read them any more
		l.leave(p)
	}
	c.group.procs = slices.DeleteFunc(c.group.procs, func(p *proc) bool { return gone[p] })
}

// addNew adds the processes that groups have got, and the groups that are new.
func (l *Loop) addNew(u *update) *control.Fault {
	if l.drain != nil {
		return control.NewFault(control.ShutdownState, "")
	}
	var procs []*proc
	for _, c := range u.parts {
		if c.next != nil && l.groups[c.group.name] == c.group {
			procs = append(procs, l.addProcs(c)...)
		}
	}
	var groups []*group
	for _, name := range u.added {
		if fault := l.takeIn(name); fault != nil {
			u.problem(name, fault)
		} else {
			groups = append(groups, l.groups[name])
		}
	}
	l.current() // whoever hears of them finds them
	l.autostart(procs)
	for _, g := range groups {
		l.activate(g)
	}
	l.wakeMissing()
	return nil
}

// problem notes that a group could not be added.
func (u *update) problem(name string, fault *control.Fault) {
	for i := range u.plan.Groups {
		if gp := &u.plan.Groups[i]; gp.Name == name {
			gp.Problem = fault.Error()
		}
	}
}

// addProcs adds what a group has got and returns it.
func (l *Loop) addProcs(c *part) (added []*proc) {
	g := c.group
	known := g.byName()
	for i := range c.next.Programs {
		program := &c.next.Programs[i]
		if known[program.Name] != nil {
			continue
		}
		p := newProc(program, g, l.newRunner(program))
		g.procs = append(g.procs, p)
		l.join(p)
		added = append(added, p)
	}
	if len(added) > 0 {
		g.tune()
		g.arrange()
		l.outdate()
	}
	return added
}

// arrange puts the processes of a group in their starting order, and reports whether they
// were not.
func (g *group) arrange() bool {
	at := make(map[string]int, len(g.config.Programs))
	for i := range g.config.Programs {
		at[g.config.Programs[i].Name] = i
	}
	byPlace := func(a, b *proc) int { return at[a.name] - at[b.name] }
	if slices.IsSortedFunc(g.procs, byPlace) {
		return false
	}
	slices.SortStableFunc(g.procs, byPlace)
	return true
}

// tune gives the pool of a group, if it has one, the options of its configuration.
func (g *group) tune() {
	if g.pool != nil {
		g.pool.Configure(g.poolOptions())
	}
}

// reenlist makes a group that has become one of event listeners a pool, or the reverse.
func (l *Loop) reenlist(g *group) {
	for _, p := range g.procs {
		l.leave(p)
	}
	l.dismiss(g)
	l.enlist(g)
}
