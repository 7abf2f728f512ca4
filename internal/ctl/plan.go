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
		s.doc.Plan, s.doc.Sections = toJSONPlan(plan), toJSONSections(plan)
	}
	if len(plan.Groups)+len(plan.Sections) == 0 {
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
			s.printDetails(g)
		}
	}
	return exitPlanned, nil
}

// printDetails prints what becomes of the parts of a group. Processes of which the same
// is to be said share a line.
func (s *session) printDetails(g control.GroupPlan) {
	s.printChanges("  ", g.Changes)
	for rest := g.Processes; len(rest) > 0; {
		n := 1
		for n < len(rest) && alike(rest[0], rest[n]) {
			n++
		}
		s.printf("  %s: %s\n", processNames(g.Name, rest[:n]), rest[0].Step)
		s.printChanges("    ", rest[0].Changes)
		rest = rest[n:]
	}
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

// processNames names processes of a group, if there are many the first and the last.
func processNames(group string, processes []control.ProcessPlan) string {
	name := func(p control.ProcessPlan) string { return control.Selector{Group: group, Process: p.Name}.String() }
	if n := len(processes); n > 3 {
		return fmt.Sprintf("%s … %s (%d processes)", name(processes[0]), name(processes[n-1]), n)
	}
	names := make([]string, len(processes))
	for i, p := range processes {
		names[i] = name(p)
	}
	return strings.Join(names, ", ")
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
			name := control.Selector{Group: g.Name, Process: p.Name}.String()
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

func toJSONChanges(changes []control.OptionChange) []jsonChange {
	out := make([]jsonChange, len(changes))
	for i, c := range changes {
		out[i] = jsonChange(c)
	}
	return out
}
