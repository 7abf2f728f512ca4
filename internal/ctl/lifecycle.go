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

// pythonName is the name under which the command line is Python's.
const pythonName = "supervisorctl"

// reload is update as the Go version of supervisord has it. Under the name supervisorctl it
// is what it is there: a restart of the daemon.
func (s *session) reload(ctx context.Context, c call) (int, error) {
	if s.command == pythonName {
		return s.restartDaemon(ctx, c)
	}
	return s.updateAndSay(ctx, c, noUpdates)
}

// restartDaemon has everything stopped and started anew.
func (s *session) restartDaemon(ctx context.Context, _ call) (int, error) {
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

// noUpdates is what there is to say when the file does not differ from what runs.
const noUpdates = "No config updates to processes\n"

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
		lines = []string{noUpdates}
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
