package ctl

import (
	"context"
	"errors"
	"slices"
	"strings"

	"supervisord/internal/control"
)

func (s *session) shutdown(ctx context.Context, _ call) (int, error) {
	if !s.confirm("Really shut the remote supervisord process down y/N? ") {
		return exitOK, nil
	}
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
		return s.complain("ERROR: " + words + " (already shut down?)"), nil
	}
	return exitGeneric, err
}

// reopen is not a verb of Python's.
func (s *session) reopen(ctx context.Context, _ call) (int, error) {
	err := s.api.ReopenLogs(ctx)
	if hasCode(err, control.UnknownMethod) {
		return s.complain("ERROR: this supervisor reopens its logs only on the signal USR2"), nil
	}
	if err != nil {
		return exitGeneric, err
	}
	s.printf("Reopened logs\n")
	return exitOK, nil
}

func (s *session) reload(ctx context.Context, _ call) (int, error) {
	if !s.confirm("Really restart the remote supervisord process y/N? ") {
		return exitOK, nil
	}
	err := s.api.Restart(ctx)
	if hasCode(err, control.ShutdownState) {
		return s.complain("ERROR: already shutting down"), nil
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
			return s.complain("ERROR: supervisor shutting down"), nil
		case control.CantReread:
			return s.complain("ERROR: " + fault.Error()), nil
		}
	}
	if err != nil {
		return exitGeneric, err
	}
	if s.doc != nil {
		s.doc.Groups = &jsonGroups{sorted(diff.Added), sorted(diff.Changed), sorted(diff.Removed)}
		return exitOK, nil
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

// sorted returns names in order, never nil.
func sorted(names []string) []string {
	s := append([]string{}, names...)
	slices.Sort(s)
	return s
}

// update rereads the configuration file and makes it so, for all groups or those named.
func (s *session) update(ctx context.Context, c call) (int, error) {
	ctx, stop := s.env.UntilInterrupt(ctx)
	defer stop()
	code, err := s.updateGroups(ctx, c)
	if err != nil && ctx.Err() != nil {
		return s.abandon(ctx, action{doing: "with what it has begun"}, nil), nil
	}
	return code, err
}

func (s *session) updateGroups(ctx context.Context, c call) (int, error) {
	s.expectResults()
	diff, err := s.api.Reread(ctx)
	if hasCode(err, control.ShutdownState) {
		return s.complain("ERROR: already shutting down"), nil
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

// expectResults makes a list of results part of the JSON, even if there are none.
func (s *session) expectResults() {
	if s.doc != nil && s.doc.Results == nil {
		s.doc.Results = []result{}
	}
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
			s.tell(groupResult(name).failed("no such group"), "ERROR: no such group: "+name)
			code = exitGeneric
		}
	}
	return code, nil
}

func (s *session) carryOut(ctx context.Context, diff control.Diff) (int, error) {
	code := exitOK
	for _, group := range slices.Concat(diff.Removed, diff.Changed) {
		next, err := s.retire(ctx, group)
		if err != nil || ctx.Err() != nil {
			return next, err
		}
		if code = last(code, next); next != exitOK {
			continue
		}
		if slices.Contains(diff.Removed, group) {
			s.tell(groupResult(group).done("removed"), group+": removed process group")
			continue
		}
		if err := s.api.AddGroup(ctx, group); err != nil {
			return exitGeneric, err
		}
		s.tell(groupResult(group).done("updated"), group+": updated process group")
	}
	for _, group := range diff.Added {
		if err := s.api.AddGroup(ctx, group); err != nil {
			return exitGeneric, err
		}
		s.tell(groupResult(group).done("added"), group+": added process group")
	}
	return code, nil
}

// retire stops a group and removes it. The code is not exitOK if that could not be done,
// which it has told.
func (s *session) retire(ctx context.Context, group string) (code int, err error) {
	sel := control.OfGroup(group)
	a := s.stopAction(call{})
	erase := s.draw(ctx, a, []string{sel.String()})
	results, err := s.api.Stop(ctx, sel, control.WaitDone)
	erase()
	if err != nil && ctx.Err() != nil {
		return s.abandon(ctx, a, []string{sel.String()}), nil
	}
	if err != nil {
		return exitGeneric, err
	}
	s.tell(groupResult(group).done("stopped"), group+": stopped")
	if slices.ContainsFunc(results, func(r control.Result) bool { return r.Fault != nil }) {
		s.tell(groupResult(group).failed("has problems; not removing"), group+": has problems; not removing")
		return exitGeneric, nil
	}
	if err := s.api.RemoveGroup(ctx, group); err != nil {
		return exitGeneric, err
	}
	_ = s.out.Flush()        // what is done is shown before the next takes its time
	return exitOK, ctx.Err() // what is left to be done would only fail
}

func (s *session) add(ctx context.Context, c call) (int, error) {
	s.expectResults()
	code := exitOK
	for _, name := range c.args {
		err := s.api.AddGroup(ctx, name)
		about := groupResult(name)
		switch {
		case err == nil:
			s.tell(about.done("added"), name+": added process group")
		case hasCode(err, control.AlreadyAdded):
			s.tell(about.failed("already active"), "ERROR: process group already active")
		case hasCode(err, control.BadName):
			s.tell(about.failed(noGroup), "ERROR: no such process/group: "+name)
			code = exitGeneric
		case hasCode(err, control.ShutdownState):
			s.tell(about.failed("shutting down"), "ERROR: shutting down")
			code = exitGeneric
		default:
			return exitGeneric, err
		}
	}
	return code, nil
}

// noGroup is what is wrong with the name of a group that is not there.
const noGroup = "no such process/group"

func (s *session) remove(ctx context.Context, c call) (int, error) {
	s.expectResults()
	code := exitOK
	for _, name := range c.args {
		err := s.api.RemoveGroup(ctx, name)
		about := groupResult(name)
		switch {
		case err == nil:
			s.tell(about.done("removed"), name+": removed process group")
		case hasCode(err, control.StillRunning):
			s.tell(about.failed("still running"), "ERROR: process/group still running: "+name)
			code = exitGeneric
		case hasCode(err, control.BadName):
			s.tell(about.failed(noGroup), "ERROR: no such process/group: "+name)
			code = exitGeneric
		default:
			return exitGeneric, err
		}
	}
	return code, nil
}
