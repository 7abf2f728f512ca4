package ctl

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"supervisord/internal/control"
)

// nameWidth is the least width of the first column of status.
const nameWidth = 30

// status prints a line per process, in the order of the names; what is not there comes
// first.
func (s *session) status(ctx context.Context, c call) (int, error) {
	switch {
	case c.watch && s.doc != nil:
		return s.complain("Error: --json shows the status as it is and does not follow it"), nil
	case c.watch && c.wait != nil:
		return s.complain("Error: --watch shows the status until you leave, --wait until all are in a state; choose one"), nil
	case c.watch:
		return s.watch(ctx, c.args)
	}
	look := s.awaitPhase
	if c.wait == nil {
		look = s.statusNow
	}
	all, gaveUp, err := look(ctx, c)
	if err != nil {
		return exitGeneric, err
	}
	code := exitOK
	infos, missing := named(all, c.args)
	for _, name := range missing {
		s.missing(name)
		code = exitStatusUndefined
	}
	s.printStatus(infos)
	if c.wait == nil && slices.ContainsFunc(infos, func(i control.Info) bool { return i.Phase.IsStopped() }) {
		code = exitStatusNotUp
	}
	return last(code, gaveUp), nil
}

// statusNow is awaitPhase for those who wait for none.
func (s *session) statusNow(ctx context.Context, _ call) (all []control.Info, code int, err error) {
	all, err = s.api.Status(ctx, control.All())
	return all, exitOK, err
}

// choose returns the processes of a name as the user writes it.
func choose(all []control.Info, name string) []control.Info {
	if name == "all" {
		return all
	}
	sel := control.ParseSelector(name)
	var found []control.Info
	for _, i := range all {
		if i.Group == sel.Group && (i.Name == sel.Process || !sel.IsOne()) {
			found = append(found, i)
		}
	}
	return found
}

// named returns the processes of names as the user writes them, and the names of which
// there is nothing. No names, or "all", stand for all processes.
func named(all []control.Info, names []string) (infos []control.Info, missing []string) {
	if len(names) == 0 || slices.Contains(names, "all") {
		return all, nil
	}
	for _, name := range names {
		found := choose(all, name)
		if len(found) == 0 {
			missing = append(missing, name)
		}
		infos = append(infos, found...)
	}
	return infos, missing
}

// notFound returns how a name is shown of which there is nothing, and what it is not.
func notFound(name string) (shown, words string) {
	if sel := control.ParseSelector(name); !sel.IsOne() {
		return sel.Group, "no such group"
	}
	return name, "no such process"
}

// lineNotFound is what Python's supervisorctl says of a name of which there is nothing.
func lineNotFound(name string) string {
	shown, words := notFound(name)
	return shown + ": ERROR (" + words + ")"
}

// missing tells that there is nothing of a name.
func (s *session) missing(name string) {
	if s.doc != nil {
		_, words := notFound(name)
		s.doc.Errors = append(s.doc.Errors, jsonNameError{name, words})
		return
	}
	s.printf("%s\n", s.display().paintError(lineNotFound(name)))
}

func (s *session) printStatus(infos []control.Info) {
	if s.doc != nil {
		s.addProcesses(infos)
		return
	}
	if display := s.display(); display.columns > 0 {
		s.printf("%s", display.status(infos))
		return
	}
	width := nameWidth
	for _, i := range infos {
		width = max(width, utf8.RuneCountInString(i.Selector().String()))
	}
	for _, i := range infos {
		s.printf("%-*s%-10s%s\n", width+3, i.Selector(), i.Phase, i.Description)
	}
}

// status returns the table of processes for people.
func (d display) status(infos []control.Info) string {
	rows := make([][]cell, len(infos))
	for n, i := range infos {
		rows[n] = []cell{{text: i.Selector().String()}, {i.Phase.String(), colourOf(i)}, {text: describe(i)}}
	}
	return d.table(rows)
}

// describe returns the description of a process, and what waits for its next start.
func describe(i control.Info) string {
	if len(i.Pending) == 0 {
		return i.Description
	}
	return strings.TrimPrefix(i.Description+", ", ", ") + "at the next start: " + strings.Join(i.Pending, " ")
}

// addProcesses puts processes into the JSON, with a list of errors beside them.
func (s *session) addProcesses(infos []control.Info) {
	s.doc.Processes = make([]jsonProcess, len(infos))
	for n, i := range infos {
		s.doc.Processes[n] = toJSONProcess(i)
	}
	if s.doc.Errors == nil {
		s.doc.Errors = []jsonNameError{}
	}
}

// pid prints process ids: that of the supervisor, of every process, or of those named.
func (s *session) pid(ctx context.Context, c call) (int, error) {
	if len(c.args) == 0 {
		info, err := s.api.Supervisor(ctx)
		switch {
		case err != nil:
			return exitGeneric, err
		case s.doc != nil:
			s.doc.PID = &info.PID
		default:
			s.printf("%d\n", info.PID)
		}
		return exitOK, nil
	}
	if s.doc != nil {
		s.addProcesses(nil)
	}
	if slices.Contains(c.args, "all") {
		infos, err := s.api.Status(ctx, control.All())
		for _, i := range infos {
			s.printPID(i)
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

func (s *session) printPID(i control.Info) {
	if s.doc != nil {
		s.doc.Processes = append(s.doc.Processes, toJSONProcess(i))
		return
	}
	s.printf("%d\n", i.PID)
}

func (s *session) pidOf(ctx context.Context, name string) (int, error) {
	info, err := s.oneOf(ctx, name)
	switch {
	case hasCode(err, control.BadName) && s.doc != nil:
		s.missing(name)
		return exitGeneric, nil
	case hasCode(err, control.BadName):
		s.printf("No such process %s\n", name)
		return exitGeneric, nil
	case err != nil:
		return exitGeneric, err
	}
	s.printPID(info)
	if info.PID == 0 {
		return exitNotRunning, nil
	}
	return exitOK, nil
}

// avail prints a line per process of the configuration file.
func (s *session) avail(ctx context.Context, _ call) (int, error) {
	programs, err := s.api.Config(ctx)
	if hasCode(err, control.ShutdownState) {
		return s.complain("ERROR: supervisor shutting down"), nil
	}
	if err != nil {
		return exitGeneric, err
	}
	if s.doc != nil {
		s.doc.Programs = make([]jsonProgram, len(programs))
		for n, p := range programs {
			s.doc.Programs[n] = toJSONProgram(p)
		}
		return exitOK, nil
	}
	rows := make([][]cell, len(programs))
	for n, p := range programs {
		rows[n] = availRow(p)
	}
	if display := s.display(); display.columns > 0 {
		s.printf("%s", display.table(rows))
		return exitOK, nil
	}
	for _, row := range rows {
		s.printf("%-32s %-9s %-9s %s\n", row[0].text, row[1].text, row[2].text, row[3].text)
	}
	return exitOK, nil
}

// availRow is a process, whether it is in use, how it starts and its priorities.
func availRow(p control.ProgramInfo) []cell {
	use, start := cell{"avail", dim}, cell{"manual", plain}
	if p.InUse {
		use = cell{"in use", green}
	}
	if p.AutoStart {
		start.text = "auto"
	}
	name := control.Selector{Group: p.Group, Process: p.Name}.String()
	return []cell{{text: name}, use, start, {text: strconv.Itoa(p.GroupPriority) + ":" + strconv.Itoa(p.Priority)}}
}

func (s *session) version(ctx context.Context, _ call) (int, error) {
	version, err := s.api.SupervisorVersion(ctx)
	switch {
	case err != nil:
		return exitGeneric, err
	case s.doc != nil:
		s.doc.Version = version
	default:
		s.printf("%s\n", version)
	}
	return exitOK, nil
}
