package ctl

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"supervisord/internal/control"
)

// do is what an action does.
type do = func(context.Context, control.Selector) ([]control.Result, error)

// startAlone starts processes, but not what they need.
func (s *session) startAlone(ctx context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	results, err := s.api.StartAlone(ctx, sel, w)
	return results, knowsDependencies(err)
}

// stopCascade stops processes after those that need them.
func (s *session) stopCascade(c call) do {
	wait := control.WaitDone
	if c.noWait {
		wait = control.NoWait
	}
	return func(ctx context.Context, sel control.Selector) ([]control.Result, error) {
		results, err := s.api.StopCascade(ctx, sel, wait)
		return results, knowsDependencies(err)
	}
}

// knowsDependencies puts the error of a supervisor that has never heard of dependencies
// into words.
func knowsDependencies(err error) error {
	if hasCode(err, control.UnknownMethod) {
		return control.NewFault(control.Failed, "this supervisor knows no dependencies")
	}
	return err
}

// warnOfDependents does what a does, and says first which processes lose what they need,
// unless they are among the names, too.
func (s *session) warnOfDependents(a action, names []string) do {
	return func(ctx context.Context, sel control.Selector) ([]control.Result, error) {
		dependents, _ := s.api.Dependents(ctx, sel) // whoever cannot tell has none
		dependents = slices.DeleteFunc(dependents, func(d control.Selector) bool {
			return slices.Contains(names, d.String()) || slices.Contains(names, control.OfGroup(d.Group).String())
		})
		if len(dependents) > 0 {
			fmt.Fprintf(s.env.Stderr, "warning: %s is needed by %s (--cascade stops them first)\n", sel, someOf(dependents))
		}
		return a.do(ctx, sel)
	}
}

// someOf lists the first few processes.
func someOf(sels []control.Selector) string {
	const most = 5
	var names []string
	for _, sel := range sels[:min(len(sels), most)] {
		names = append(names, sel.String())
	}
	if more := len(sels) - most; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}
