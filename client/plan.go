package client

import (
	"context"

	"supervisord/internal/control"
)

// Plan implements [API]. A Python Supervisor does not know the method.
func (c *Client) Plan(ctx context.Context) (Plan, error) {
	v, err := c.quick(ctx, "supervisor.planUpdate")
	if err != nil {
		return Plan{}, err
	}
	return toPlan(v)
}

// Update implements [API]. A Python Supervisor does not know the method.
func (c *Client) Update(ctx context.Context, groups []string) (Plan, error) {
	names := make([]any, len(groups))
	for i, g := range groups {
		names[i] = g
	}
	v, err := c.Call(ctx, "supervisor.update", names) // what stops may take its time
	if err != nil {
		return Plan{}, err
	}
	return toPlan(v)
}

// Scale implements [API]. A Python Supervisor does not know the method.
func (c *Client) Scale(ctx context.Context, program string, n int) (Plan, error) {
	v, err := c.Call(ctx, "supervisor.scaleProgram", program, n) // what stops may take its time
	if err != nil {
		return Plan{}, err
	}
	return toPlan(v)
}

// toPlan reads a list of groups, sections and what is needed.
func toPlan(v any) (Plan, error) {
	var plan Plan
	_, err := readList(v, func(r *reader) any {
		if _, ok := r.members["section"]; ok {
			plan.Sections = append(plan.Sections, SectionPlan{
				Name: r.text("section"), Fate: control.Fate(r.text("fate")),
				Changes: members(r, "changes", toChange),
				Problem: r.text("problem"),
			})
			return nil
		}
		if _, ok := r.members["needed"]; ok {
			plan.Needed = append(plan.Needed, NeededStart{Process: control.ParseSelector(r.text("needed")), For: r.selectors("for")})
			return nil
		}
		plan.Groups = append(plan.Groups, GroupPlan{
			Name: r.text("group"), Fate: control.Fate(r.text("fate")),
			Changes:   members(r, "changes", toChange),
			Processes: members(r, "processes", toProcessPlan),
			Whole:     r.bool("whole"),
			Problem:   r.text("problem"),
		})
		return nil
	})
	if err != nil {
		return Plan{}, err
	}
	return plan, nil
}

func toProcessPlan(r *reader) ProcessPlan {
	return ProcessPlan{Name: r.text("name"), Step: control.Step(r.text("step")), Changes: members(r, "changes", toChange)}
}

func toChange(r *reader) OptionChange {
	return OptionChange{Option: r.text("option"), Old: r.text("old"), New: r.text("new"), Takes: r.text("takes")}
}

// members makes a T of each struct in a member that is an array.
func members[T any](r *reader, name string, make func(*reader) T) []T {
	list, err := readList(r.members[name], make)
	if err != nil && r.err == nil {
		r.err = err
	}
	return list
}
