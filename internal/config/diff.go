package config

import (
	"slices"
	"strings"
)

// Change is an option that has another value.
type Change struct {
	Option   string
	Old, New string // what the values mean, as text in which secrets are masked
	Apply    Apply  // what it takes
}

// Fate is what becomes of a group or a process when a configuration follows another.
type Fate string

// The fates.
const (
	Added   Fate = "added"
	Removed Fate = "removed"
	Changed Fate = "changed"
)

// GroupDiff is how a group differs between two configurations.
type GroupDiff struct {
	Name string
	Fate Fate
	// Changes are those of the group's own options, if it is in both.
	Changes []Change
	// Processes are those that differ; those of a group that is added or removed share its
	// fate.
	Processes []ProcessDiff
}

// ProcessDiff is how a process of a group differs between two configurations.
type ProcessDiff struct {
	Name    string
	Fate    Fate
	Changes []Change
}

// Takes returns the most that one of the changes takes: Restart, NextStart or Live; empty
// if there are none.
func Takes(changes []Change) Apply {
	for _, a := range []Apply{DaemonRestart, Restart, NextStart, Live} {
		if slices.ContainsFunc(changes, func(c Change) bool { return c.Apply == a }) {
			return a
		}
	}
	return ""
}

// sectionOption stands for the kind of the section that a group comes from, which is
// compared like an option.
const sectionOption = "section"

// Diff returns the groups that differ: those that are in next in its order, then those
// that are not. Where a section stands in the files does not matter.
func Diff(old, next []Group) []GroupDiff {
	var diffs []GroupDiff
	before := make(map[string]*Group, len(old))
	for i := range old {
		before[old[i].Name] = &old[i]
	}
	for i := range next {
		g := &next[i]
		was := before[g.Name]
		delete(before, g.Name)
		if was == nil {
			diffs = append(diffs, whole(g, Added))
		} else if d, same := diffGroup(was, g); !same {
			diffs = append(diffs, d)
		}
	}
	for i := range old {
		if g := &old[i]; before[g.Name] == g {
			diffs = append(diffs, whole(g, Removed))
		}
	}
	return diffs
}

// whole is the diff of a group all of which shares a fate.
func whole(g *Group, fate Fate) GroupDiff {
	d := GroupDiff{Name: g.Name, Fate: fate}
	for _, p := range g.Programs {
		d.Processes = append(d.Processes, ProcessDiff{Name: p.Name, Fate: fate})
	}
	return d
}

// diffGroup compares two groups of one name; same says that nothing differs.
func diffGroup(old, next *Group) (d GroupDiff, same bool) {
	d = GroupDiff{Name: next.Name, Fate: Changed, Changes: ownChanges(old, next)}
	before, after := byName(old), byName(next)
	for i := range next.Programs {
		p := &next.Programs[i]
		was := before[p.Name]
		if was == nil {
			d.Processes = append(d.Processes, ProcessDiff{Name: p.Name, Fate: Added})
		} else if changes := DiffProgram(was, p); len(changes) > 0 {
			d.Processes = append(d.Processes, ProcessDiff{Name: p.Name, Fate: Changed, Changes: changes})
		}
	}
	for i := range old.Programs {
		if name := old.Programs[i].Name; after[name] == nil {
			d.Processes = append(d.Processes, ProcessDiff{Name: name, Fate: Removed})
		}
	}
	if a, b := among(old, after), among(next, before); a != b {
		d.Changes = append(d.Changes, Change{orderOption, a, b, Live})
	}
	return d, len(d.Changes) == 0 && len(d.Processes) == 0
}

// orderOption is the option of a group that says in which order its processes start.
const orderOption = "programs"

// byName returns the processes of a group by name.
func byName(g *Group) map[string]*Program {
	m := make(map[string]*Program, len(g.Programs))
	for i := range g.Programs {
		m[g.Programs[i].Name] = &g.Programs[i]
	}
	return m
}

// among lists, in the order of g, the processes that are also in another group.
func among(g *Group, other map[string]*Program) string {
	var names []string
	for i := range g.Programs {
		if name := g.Programs[i].Name; other[name] != nil {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// ownChanges compares what a group has beyond its processes.
func ownChanges(old, next *Group) []Change {
	var changes []Change
	if old.Kind != next.Kind {
		return []Change{{sectionOption, old.Kind.String(), next.Kind.String(), Restart}}
	}
	a, b := groupSection{Priority: old.Priority}, groupSection{Priority: next.Priority}
	changes = tableChanges(changes, groupOptions, &a, &b)
	if old.Listener != nil && next.Listener != nil {
		changes = tableChanges(changes, listenerOptions, old.Listener, next.Listener)
	}
	return changes
}

// DiffProgram compares two processes of one name in one group. It returns the options
// that differ, in the order of the tables.
func DiffProgram(old, next *Program) []Change {
	var changes []Change
	if old.Program != next.Program || (old.FastCGI == nil) != (next.FastCGI == nil) {
		changes = append(changes, Change{sectionOption, old.Section, next.Section, Restart})
	}
	changes = tableChanges(changes, programOptions, old, next)
	if old.FastCGI != nil && next.FastCGI != nil {
		changes = tableChanges(changes, fastCGIOptions, old.FastCGI, next.FastCGI)
	}
	return changes
}

// tableChanges appends the options of a table that differ, in its order.
func tableChanges[S any](changes []Change, t *table[S], old, next *S) []Change {
	for _, o := range t.rows {
		if a, b := o.get(old), o.get(next); a != b {
			changes = append(changes, Change{o.Name, o.mask(a), o.mask(b), o.Apply})
		}
	}
	return changes
}
