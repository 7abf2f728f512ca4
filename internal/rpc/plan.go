package rpc

import (
	"context"

	"supervisord/internal/control"
)

func planUpdate(ctx context.Context, api control.API, _ args) (any, error) {
	plan, err := api.Plan(ctx)
	return planStructs(plan), err
}

func update(ctx context.Context, api control.API, a args) (any, error) {
	var groups []string
	for _, v := range a.list(0) {
		name, ok := v.(string)
		if !ok {
			return nil, control.NewFault(control.IncorrectParameters, "groups")
		}
		groups = append(groups, name)
	}
	plan, err := api.Update(ctx, groups)
	return planStructs(plan), err
}

func scaleProgram(ctx context.Context, api control.API, a args) (any, error) {
	n := a.number(1)
	if n != int64(int(n)) {
		return nil, control.NewFault(control.BadArguments, "numprocs")
	}
	plan, err := api.Scale(ctx, a.text(0), int(n))
	return planStructs(plan), err
}

// planStructs returns a Plan as planUpdate reports it: its groups, its sections, and what is
// needed.
func planStructs(plan control.Plan) []any {
	out := make([]any, len(plan.Groups), len(plan.Groups)+len(plan.Sections)+len(plan.Needed))
	for i, g := range plan.Groups {
		processes := make([]any, len(g.Processes))
		for j, p := range g.Processes {
			processes[j] = Struct{{"name", p.Name}, {"step", string(p.Step)}, {"changes", changeStructs(p.Changes)}}
		}
		out[i] = Struct{
			{"group", g.Name},
			{"fate", string(g.Fate)},
			{"changes", changeStructs(g.Changes)},
			{"processes", processes},
			{"whole", g.Whole},
			{"problem", g.Problem},
		}
	}
	for _, s := range plan.Sections {
		out = append(out, Struct{
			{"section", s.Name}, {"fate", string(s.Fate)}, {"changes", changeStructs(s.Changes)}, {"problem", s.Problem},
		})
	}
	for _, n := range plan.Needed {
		out = append(out, Struct{{"needed", n.Process.String()}, {"for", names(n.For)}})
	}
	return out
}

func changeStructs(changes []control.OptionChange) []any {
	out := make([]any, len(changes))
	for i, c := range changes {
		out[i] = Struct{{"option", c.Option}, {"old", c.Old}, {"new", c.New}, {"takes", c.Takes}}
	}
	return out
}
