package ctl

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"supervisord/internal/control"
)

// plan prints what update would do.
func (s *session) plan(ctx context.Context, _ call) (int, error) {
	plan, err := s.api.Plan(ctx)
	switch {
	case hasCode(err, control.UnknownMethod):
		return s.complain("ERROR: this supervisor restarts every group that reread calls changed"), nil
	case hasCode(err, control.ShutdownState):
		return s.complain("ERROR: supervisor shutting down"), nil
	case hasCode(err, control.CantReread):
		return s.complain("ERROR: " + err.Error()), nil
	case err != nil:
		return exitGeneric, err
	}
	if s.doc != nil {
		s.doc.Plan, s.doc.Sections, s.doc.Needed = toJSONPlan(plan), toJSONSections(plan), toJSONNeeded(plan)
	}
	if len(plan.Groups)+len(plan.Sections)+len(plan.Needed) == 0 {
		if s.doc == nil {
			s.printf("%s", noUpdates)
		}
		return exitOK, nil
	}
	if s.doc == nil {
		for _, sec := range plan.Sections {
			s.printf("[%s]: %s\n", sec.Name, sec.Fate)
			s.printChanges("  ", sec.Changes)
		}
		for _, g := range plan.Groups {
			s.printf("%s: %s\n", g.Name, g.Fate)
			s.printDetails(g, reasons(plan))
		}
		s.printNeeded(plan)
	}
	return exitPlanned, nil
}

// printDetails prints what becomes of the parts of a group, and why that starts which
// would not by itself. Processes of which the same is to be said share a line.
func (s *session) printDetails(g control.GroupPlan, why map[control.Selector]string) {
	s.printChanges("  ", g.Changes)
	reason := func(p control.ProcessPlan) string { return why[g.Selector(p.Name)] }
	for rest := g.Processes; len(rest) > 0; {
		n := 1
		for n < len(rest) && alike(rest[0], rest[n]) && reason(rest[0]) == reason(rest[n]) {
			n++
		}
		s.printf("  %s: %s%s\n", processNames(selectors(&g, rest[:n])), rest[0].Step, reason(rest[0]))
		s.printChanges("    ", rest[0].Changes)
		rest = rest[n:]
	}
}

// printNeeded prints what starts in groups that do not differ, as printDetails does.
func (s *session) printNeeded(plan control.Plan) {
	told := make(map[control.Selector]bool)
	for _, g := range plan.Groups {
		for _, sel := range selectors(&g, g.Processes) {
			told[sel] = true
		}
	}
	why := reasons(plan)
	var rest []control.Selector
	for _, n := range plan.Needed {
		if !told[n.Process] {
			rest = append(rest, n.Process)
		}
	}
	for len(rest) > 0 {
		n := 1
		for n < len(rest) && rest[0].Group == rest[n].Group && why[rest[0]] == why[rest[n]] {
			n++
		}
		s.printf("%s: %s%s\n", processNames(rest[:n]), control.StepStart, why[rest[0]])
		rest = rest[n:]
	}
}

// reasons says why those processes start that would not by themselves, as the end of a line.
func reasons(plan control.Plan) map[control.Selector]string {
	why := make(map[control.Selector]string, len(plan.Needed))
	for _, n := range plan.Needed {
		switch len(n.For) {
		case 0:
			why[n.Process] = ", since its needs have changed"
		case 1:
			why[n.Process] = ", since " + n.For[0].String() + " needs it"
		case 2, 3:
			why[n.Process] = ", since " + processNames(n.For) + " need it"
		default: // whose names may have nothing to do with each other
			why[n.Process] = fmt.Sprintf(", since %s and %d others need it", processNames(n.For[:2]), len(n.For)-2)
		}
	}
	return why
}

func (s *session) printChanges(indent string, changes []control.OptionChange) {
	for _, c := range changes {
		s.printf("%s%s: %s -> %s (%s)\n", indent, c.Option, orNothing(c.Old), orNothing(c.New), c.Takes)
	}
}

// orNothing shows a value as part of a line.
func orNothing(value string) string {
	if value == "" {
		return "(none)"
	}
	return strings.ReplaceAll(value, "\n", " ")
}

func alike(a, b control.ProcessPlan) bool {
	return a.Step == b.Step && slices.Equal(a.Changes, b.Changes)
}

// processNames names processes, if there are many the first and the last.
func processNames(sels []control.Selector) string {
	if n := len(sels); n > 3 {
		return fmt.Sprintf("%s … %s (%d processes)", sels[0], sels[n-1], n)
	}
	names := make([]string, len(sels))
	for i, sel := range sels {
		names[i] = sel.String()
	}
	return strings.Join(names, ", ")
}

func selectors(g *control.GroupPlan, processes []control.ProcessPlan) []control.Selector {
	sels := make([]control.Selector, len(processes))
	for i, p := range processes {
		sels[i] = g.Selector(p.Name)
	}
	return sels
}

// jsonGroupPlan is what update does to a group.
type jsonGroupPlan struct {
	Group     string            `json:"group"`
	Change    string            `json:"change"` // added, removed or changed
	Options   []jsonChange      `json:"options"`
	Processes []jsonProcessPlan `json:"processes"`
	Problem   string            `json:"problem,omitempty"`
}

// jsonSectionPlan is what update does to a section of the daemon itself.
type jsonSectionPlan struct {
	Section string       `json:"section"`
	Change  string       `json:"change"` // added, removed or changed
	Options []jsonChange `json:"options"`
	Problem string       `json:"problem,omitempty"`
}

type jsonProcessPlan struct {
	Name    string       `json:"name"`
	Process string       `json:"process"`
	Step    string       `json:"step"`
	Options []jsonChange `json:"options"`
}

// jsonNeeded is a process that update starts, though it would not start by itself. For are
// those that need it; none: it was kept from its start by what it needed so far.
type jsonNeeded struct {
	Name    string   `json:"name"`
	Group   string   `json:"group"`
	Process string   `json:"process"`
	For     []string `json:"for"`
}

type jsonChange struct {
	Option string `json:"option"`
	Old    string `json:"old"`
	New    string `json:"new"`
	Takes  string `json:"takes"`
}

func toJSONPlan(plan control.Plan) []jsonGroupPlan {
	groups := make([]jsonGroupPlan, len(plan.Groups))
	for i, g := range plan.Groups {
		processes := make([]jsonProcessPlan, len(g.Processes))
		for j, p := range g.Processes {
			name := g.Selector(p.Name).String()
			processes[j] = jsonProcessPlan{name, p.Name, string(p.Step), toJSONChanges(p.Changes)}
		}
		groups[i] = jsonGroupPlan{g.Name, string(g.Fate), toJSONChanges(g.Changes), processes, g.Problem}
	}
	return groups
}

func toJSONSections(plan control.Plan) []jsonSectionPlan {
	var sections []jsonSectionPlan
	for _, s := range plan.Sections {
		sections = append(sections, jsonSectionPlan{s.Name, string(s.Fate), toJSONChanges(s.Changes), s.Problem})
	}
	return sections
}

func toJSONNeeded(plan control.Plan) []jsonNeeded {
	var needed []jsonNeeded
	for _, n := range plan.Needed {
		names := make([]string, len(n.For))
		for i, sel := range n.For {
			names[i] = sel.String()
		}
		needed = append(needed, jsonNeeded{n.Process.String(), n.Process.Group, n.Process.Process, names})
	}
	return needed
}

func toJSONChanges(changes []control.OptionChange) []jsonChange {
	out := make([]jsonChange, len(changes))
	for i, c := range changes {
		out[i] = jsonChange(c)
	}
	return out
}
