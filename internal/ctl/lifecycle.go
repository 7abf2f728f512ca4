package ctl

import (
	"context"
	"errors"
	"slices"
	"strings"

	"supervisord/internal/control"
)

func (s *session) shutdown(ctx context.Context, _ call) (int, error) {
	err := s.api.Shutdown(ctx)
	if err == nil {
		s.printf("Shut down\n")
		return exitOK, nil
	}
	if hasCode(err, control.ShutdownState) {
		s.printf("ERROR: already shutting down\n")
		return exitOK, nil
	}
	if words, _ := s.unreachable(err); words != "" {
		s.printf("ERROR: %s (already shut down?)\n", words)
		return exitGeneric, nil
	}
	return exitGeneric, err
}

// reopen is not a verb of Python's.
func (s *session) reopen(ctx context.Context, _ call) (int, error) {
	err := s.api.ReopenLogs(ctx)
	if hasCode(err, control.UnknownMethod) {
		s.printf("ERROR: this supervisor reopens its logs only on the signal USR2\n")
		return exitGeneric, nil
	}
	if err != nil {
		return exitGeneric, err
	}
	s.printf("Reopened logs\n")
	return exitOK, nil
}

func (s *session) reload(ctx context.Context, _ call) (int, error) {
	err := s.api.Restart(ctx)
	if hasCode(err, control.ShutdownState) {
		s.printf("ERROR: already shutting down\n")
		return exitGeneric, nil
	}
	if err == nil {
		s.printf("Restarted supervisord\n")
	}
	return exitOK, err
}

// reread prints what differs between the configuration file and what runs, sorted by
// group.
func (s *session) reread(ctx context.Context, _ call) (int, error) {
	diff, err := s.api.Reread(ctx)
	if fault, ok := errors.AsType[*control.Fault](err); ok {
		switch fault.Code { //nolint:exhaustive // the others are not said by this method
		case control.ShutdownState:
			s.printf("ERROR: supervisor shutting down\n")
			return exitGeneric, nil
		case control.CantReread:
			s.printf("ERROR: %v\n", fault)
			return exitGeneric, nil
		}
	}
	if err != nil {
		return exitGeneric, err
	}
	var lines []string
	for _, part := range []struct {
		groups []string
		word   string
	}{{diff.Added, "available"}, {diff.Changed, "changed"}, {diff.Removed, "disappeared"}} {
		for _, group := range part.groups {
			lines = append(lines, group+": "+part.word+"\n")
		}
	}
	if len(lines) == 0 {
		lines = []string{"No config updates to processes\n"}
	}
	slices.Sort(lines)
	s.printf("%s", strings.Join(lines, ""))
	return exitOK, nil
}

// update rereads the configuration file and makes it so, for all groups or those named.
func (s *session) update(ctx context.Context, c call) (int, error) {
	diff, err := s.api.Reread(ctx)
	if hasCode(err, control.ShutdownState) {
		s.printf("ERROR: already shutting down\n")
		return exitGeneric, nil
	}
	if err != nil {
		return exitGeneric, err
	}
	code := exitOK
	if len(c.args) > 0 && !slices.Contains(c.args, "all") {
		if code, err = s.checkGroups(ctx, diff, c.args); err != nil {
			return code, err
		}
		others := func(group string) bool { return !slices.Contains(c.args, group) }
		diff.Added = slices.DeleteFunc(diff.Added, others)
		diff.Changed = slices.DeleteFunc(diff.Changed, others)
		diff.Removed = slices.DeleteFunc(diff.Removed, others)
	}
	next, err := s.carryOut(ctx, diff)
	return last(code, next), err
}

// checkGroups reports the names that are no group, neither of what runs nor of the file.
func (s *session) checkGroups(ctx context.Context, diff control.Diff, names []string) (int, error) {
	infos, err := s.api.Status(ctx, control.All())
	if err != nil {
		return exitGeneric, err
	}
	code := exitOK
	for _, name := range names {
		active := slices.ContainsFunc(infos, func(i control.Info) bool { return i.Group == name })
		if !active && !slices.Contains(diff.Added, name) {
			s.printf("ERROR: no such group: %s\n", name)
			code = exitGeneric
		}
	}
	return code, nil
}

func (s *session) carryOut(ctx context.Context, diff control.Diff) (int, error) {
	code := exitOK
	for _, group := range diff.Removed {
		ok, err := s.retire(ctx, group)
		if err != nil {
			return exitGeneric, err
		}
		if !ok {
			code = exitGeneric
			continue
		}
		s.printf("%s: removed process group\n", group)
	}
	for _, group := range diff.Changed {
		ok, err := s.retire(ctx, group)
		if err != nil {
			return exitGeneric, err
		}
		if !ok {
			code = exitGeneric
			continue
		}
		if err := s.api.AddGroup(ctx, group); err != nil {
			return exitGeneric, err
		}
		s.printf("%s: updated process group\n", group)
	}
	for _, group := range diff.Added {
		if err := s.api.AddGroup(ctx, group); err != nil {
			return exitGeneric, err
		}
		s.printf("%s: added process group\n", group)
	}
	return code, nil
}

// retire stops a group and removes it; ok is false if it could not be stopped.
func (s *session) retire(ctx context.Context, group string) (ok bool, err error) {
	results, err := s.api.Stop(ctx, control.OfGroup(group), control.WaitDone)
	if err != nil {
		return false, err
	}
	s.printf("%s: stopped\n", group)
	if slices.ContainsFunc(results, func(r control.Result) bool { return r.Fault != nil }) {
		s.printf("%s: has problems; not removing\n", group)
		return false, nil
	}
	return true, s.api.RemoveGroup(ctx, group)
}

func (s *session) add(ctx context.Context, c call) (int, error) {
	code := exitOK
	for _, name := range c.args {
		err := s.api.AddGroup(ctx, name)
		switch {
		case err == nil:
			s.printf("%s: added process group\n", name)
		case hasCode(err, control.AlreadyAdded):
			s.printf("ERROR: process group already active\n")
		case hasCode(err, control.BadName):
			s.printf("ERROR: no such process/group: %s\n", name)
			code = exitGeneric
		case hasCode(err, control.ShutdownState):
			s.printf("ERROR: shutting down\n")
			code = exitGeneric
		default:
			return exitGeneric, err
		}
	}
	return code, nil
}

func (s *session) remove(ctx context.Context, c call) (int, error) {
	code := exitOK
	for _, name := range c.args {
		err := s.api.RemoveGroup(ctx, name)
		switch {
		case err == nil:
			s.printf("%s: removed process group\n", name)
		case hasCode(err, control.StillRunning):
			s.printf("ERROR: process/group still running: %s\n", name)
			code = exitGeneric
		case hasCode(err, control.BadName):
			s.printf("ERROR: no such process/group: %s\n", name)
			code = exitGeneric
		default:
			return exitGeneric, err
		}
	}
	return code, nil
}
