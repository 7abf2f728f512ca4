package supervise

import (
	"cmp"
	"slices"

	"supervisord/internal/control"
)

// view is the set of active processes as readers see it. It is immutable; a change of
// the groups publishes a new one.
type view struct {
	groups map[string]*group
	procs  map[control.Selector]*proc
	sorted []*proc // by group, then process name
	order  []*proc // by starting order
}

// outdate says that the set of active processes or their order has changed. The loop sees
// that at once, by current; others at the next call of that, which comes before anybody is
// told of the change: so a change of thousands of groups is published once.
func (l *Loop) outdate() { l.outdated = true }

// current is the view of the loop. Others see the same from then on.
func (l *Loop) current() *view {
	if l.outdated {
		l.publishView()
	}
	return l.view.Load()
}

func (l *Loop) publishView() {
	l.outdated = false
	v := &view{groups: make(map[string]*group, len(l.groups))}
	for _, g := range l.startOrder() {
		v.groups[g.name] = g
		v.order = append(v.order, g.procs...)
	}
	v.procs = make(map[control.Selector]*proc, len(v.order))
	for _, p := range v.order {
		v.procs[p.selector()] = p
	}
	v.sorted = slices.Clone(v.order)
	slices.SortFunc(v.sorted, func(a, b *proc) int {
		return cmp.Or(cmp.Compare(a.group.name, b.group.name), cmp.Compare(a.name, b.name))
	})
	l.view.Store(v)
}

// one returns the process that sel names.
func (v *view) one(sel control.Selector) (*proc, error) {
	if p := v.procs[sel]; p != nil {
		return p, nil
	}
	return nil, control.NewFault(control.BadName, "")
}

// among returns those processes of list, in its order, that sel selects.
func (v *view) among(list []*proc, sel control.Selector) ([]*proc, error) {
	switch {
	case sel.IsAll():
		return list, nil
	case sel.IsOne():
		p, err := v.one(sel)
		return []*proc{p}, err
	case v.groups[sel.Group] == nil:
		return nil, control.NewFault(control.BadName, "")
	}
	var some []*proc
	for _, p := range list {
		if p.group.name == sel.Group {
			some = append(some, p)
		}
	}
	return some, nil
}
