package ctl

import (
	"context"
	"strings"
)

// startGroup is start for names of groups.
func (s *session) startGroup(ctx context.Context, c call) (int, error) {
	return s.ofGroups(ctx, "start-group", c, (*session).start)
}

// stopGroup is stop for names of groups.
func (s *session) stopGroup(ctx context.Context, c call) (int, error) {
	return s.ofGroups(ctx, "stop-group", c, (*session).stop)
}

// restartGroup is restart for names of groups.
func (s *session) restartGroup(ctx context.Context, c call) (int, error) {
	return s.ofGroups(ctx, "restart-group", c, (*session).restart)
}

// ofGroups runs a verb for processes on all processes of the groups that are named.
func (s *session) ofGroups(ctx context.Context, name string, c call, run func(*session, context.Context, call) (int, error)) (int, error) {
	if len(c.args) == 0 {
		s.usageError(name, "%s requires the name of a group", name)
		return exitInvalidArgs, nil
	}
	groups := make([]string, len(c.args))
	for i, arg := range c.args {
		group := strings.TrimSuffix(arg, ":*")
		if group == "" || strings.Contains(group, ":") {
			s.usageError(name, "%s is not the name of a group", arg)
			return exitInvalidArgs, nil
		}
		groups[i] = group + ":*"
	}
	c.args = groups
	return run(s, ctx, c)
}
