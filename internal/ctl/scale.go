package ctl

import (
	"context"
	"strconv"
	"strings"

	"supervisord/internal/control"
)

// scale gives programs other numbers of processes than the file says.
func (s *session) scale(ctx context.Context, c call) (int, error) {
	if len(c.args) == 0 {
		return s.usageError("scale", "scale requires a program and a number"), nil
	}
	numbers := make([]int, len(c.args))
	for i, arg := range c.args {
		name, number, _ := strings.Cut(arg, "=")
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || name == "" {
			return s.usageError("scale", "%s is not a program and a number: web=8", arg), nil
		}
		numbers[i] = n
	}
	s.expectResults()
	ctx, stop := s.env.UntilInterrupt(ctx)
	defer stop()
	code := exitOK
	for i, arg := range c.args {
		name, _, _ := strings.Cut(arg, "=")
		plan, err := s.api.Scale(ctx, name, numbers[i])
		if err != nil && ctx.Err() != nil {
			return s.abandon(ctx, action{doing: "with what it has begun"}, nil), nil
		}
		next, err := s.tellScaled(name, numbers[i], plan, err)
		if code = last(code, next); err != nil {
			return code, err
		}
	}
	return code, nil
}

// tellScaled tells what came of scaling one program, on a terminal with all details.
func (s *session) tellScaled(name string, n int, plan control.Plan, err error) (int, error) {
	about := result{Name: name}
	switch {
	case hasCode(err, control.UnknownMethod):
		return s.complain("ERROR: this supervisor has the numbers of its configuration file alone"), nil
	case hasCode(err, control.BadName):
		s.tell(about.failed("no such program"), name+": ERROR (no such program)")
		return exitGeneric, nil
	case err != nil:
		return exitGeneric, err
	}
	for _, g := range plan.Groups {
		if g.Problem != "" {
			s.tell(about.failed(g.Problem), name+": ERROR ("+g.Problem+")")
			return exitGeneric, nil
		}
	}
	words := "scaled to " + strconv.Itoa(n)
	s.tell(about.done(words), name+": "+words)
	if s.showsDetails() {
		for _, g := range plan.Groups {
			s.printDetails(g, reasons(plan))
		}
		s.printNeeded(plan)
	}
	return exitOK, nil
}
