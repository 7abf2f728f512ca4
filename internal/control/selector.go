package control

import "strings"

// Selector names one process, the processes of a group, or all. The zero Selector names
// nothing.
type Selector struct {
	Group   string
	Process string // empty: every process of the group
	every   bool   // every process of every group
}

// All selects every process.
func All() Selector { return Selector{every: true} }

// OfGroup selects the processes of a group.
func OfGroup(name string) Selector { return Selector{Group: name} }

// ParseSelector reads a name as clients write it: "group:process", "group:*" or
// "group:" for a whole group, and "name" for the process of that name in the group of
// that name. A name without a group names nothing.
func ParseSelector(name string) Selector {
	group, process, found := strings.Cut(name, ":")
	switch {
	case !found:
		return Selector{Group: name, Process: name}
	case process == "*":
		return Selector{Group: group}
	}
	return Selector{Group: group, Process: process}
}

// IsOne reports whether the selector names a single process.
func (s Selector) IsOne() bool { return s.Process != "" }

// IsAll reports whether the selector names every process.
func (s Selector) IsAll() bool { return s.every }

// String writes the selector as clients show it: a process that has the name of its
// group goes by that name alone (Python's make_namespec).
func (s Selector) String() string {
	switch {
	case s.IsAll():
		return "all"
	case s.Process == "":
		return s.Group + ":*"
	case s.Process == s.Group:
		return s.Process
	}
	return s.Group + ":" + s.Process
}
