package ctl

import (
	"context"
	"slices"
	"strconv"
	"unicode/utf8"

	"supervisord/internal/control"
)

// nameWidth is the least width of the first column of status.
const nameWidth = 30

// status prints a line per process, in the order of the names; what is not there comes
// first.
func (s *session) status(ctx context.Context, c call) (int, error) {
	if c.watch {
		return s.watch(ctx, c.args)
	}
	all, err := s.api.Status(ctx, control.All())
	if err != nil {
		return exitGeneric, err
	}
	code := exitOK
	infos, missing := named(all, c.args)
	for _, line := range missing {
		s.printf("%s\n", line)
		code = exitStatusUndefined
	}
	s.printStatus(infos)
	if slices.ContainsFunc(infos, func(i control.Info) bool { return i.Phase.IsStopped() }) {
		code = exitStatusNotUp
	}
	return code, nil
}

// choose returns the processes of a name as the user writes it, "all" excepted.
func choose(all []control.Info, name string) []control.Info {
	sel := control.ParseSelector(name)
	var found []control.Info
	for _, i := range all {
		if i.Group == sel.Group && (i.Name == sel.Process || !sel.IsOne()) {
			found = append(found, i)
		}
	}
	return found
}

func notFound(name string) string {
	if sel := control.ParseSelector(name); !sel.IsOne() {
		return sel.Group + ": ERROR (no such group)"
	}
	return name + ": ERROR (no such process)"
}

func (s *session) printStatus(infos []control.Info) {
	width := nameWidth
	for _, i := range infos {
		width = max(width, utf8.RuneCountInString(i.Selector().String()))
	}
	for _, i := range infos {
		s.printf("%-*s%-10s%s\n", width+3, i.Selector(), i.Phase, i.Description)
	}
}

// pid prints process ids: that of the supervisor, of every process, or of those named.
func (s *session) pid(ctx context.Context, c call) (int, error) {
	switch {
	case len(c.args) == 0:
		info, err := s.api.Supervisor(ctx)
		if err != nil {
			return exitGeneric, err
		}
		s.printf("%d\n", info.PID)
		return exitOK, nil
	case slices.Contains(c.args, "all"):
		infos, err := s.api.Status(ctx, control.All())
		for _, i := range infos {
			s.printf("%d\n", i.PID)
		}
		return exitOK, err
	}
	code := exitOK
	for _, name := range c.args {
		next, err := s.pidOf(ctx, name)
		if err != nil {
			return code, err
		}
		code = last(code, next)
	}
	return code, nil
}

func (s *session) pidOf(ctx context.Context, name string) (int, error) {
	info, err := s.oneOf(ctx, name)
	if hasCode(err, control.BadName) {
		s.printf("No such process %s\n", name)
		return exitGeneric, nil
	}
	if err != nil {
		return exitGeneric, err
	}
	s.printf("%d\n", info.PID)
	if info.PID == 0 {
		return exitNotRunning, nil
	}
	return exitOK, nil
}

// avail prints a line per process of the configuration file.
func (s *session) avail(ctx context.Context, _ call) (int, error) {
	programs, err := s.api.Config(ctx)
	if hasCode(err, control.ShutdownState) {
		s.printf("ERROR: supervisor shutting down\n")
		return exitGeneric, nil
	}
	for _, p := range programs {
		name := control.Selector{Group: p.Group, Process: p.Name}.String()
		use, start := "avail", "manual"
		if p.InUse {
			use = "in use"
		}
		if p.AutoStart {
			start = "auto"
		}
		priorities := strconv.Itoa(p.GroupPriority) + ":" + strconv.Itoa(p.Priority)
		s.printf("%-32s %-9s %-9s %s\n", name, use, start, priorities)
	}
	return exitOK, err
}

func (s *session) version(ctx context.Context, _ call) (int, error) {
	version, err := s.api.SupervisorVersion(ctx)
	if err == nil {
		s.printf("%s\n", version)
	}
	return exitOK, err
}
