package ctl

import (
	"context"
	"errors"
	"slices"

	"supervisord/internal/control"
	"supervisord/internal/process"
)

// outcome is what a fault means to the user of one verb.
type outcome struct {
	words string
	code  int
}

// action is what start, stop, signal and clear have in common: something is done to the
// processes that names select, and a line tells how it went for each.
type action struct {
	doing   string // what is said while it lasts; empty if it lasts no time
	done    string // what is printed for a process with which it went well
	faults  map[control.Code]outcome
	noGroup int // the exit code for a group that does not exist
	do      func(context.Context, control.Selector) ([]control.Result, error)
	// arrived reports whether a process in a phase is where it should be, and onItsWay
	// whether it may still get there.
	arrived, onItsWay func(process.Phase) bool
}

func (s *session) start(ctx context.Context, c call) (int, error) {
	if len(c.args) == 0 {
		s.usageError("start", "start requires a process name")
		return exitInvalidArgs, nil
	}
	ctx, stop := s.env.UntilInterrupt(ctx)
	defer stop()
	return s.apply(ctx, s.startAction(c), c.args)
}

func (s *session) startAction(c call) action {
	a := action{
		doing: "starting",
		done:  "started",
		faults: map[control.Code]outcome{
			control.BadName:             {"no such process", exitGeneric},
			control.NoFile:              {"no such file", exitGeneric},
			control.NotExecutable:       {"file is not executable", exitGeneric},
			control.AlreadyStarted:      {"already started", exitOK},
			control.SpawnError:          {"spawn error", exitNotRunning},
			control.AbnormalTermination: {"abnormal termination", exitNotRunning},
		},
		noGroup: exitInvalidArgs,
		arrived: func(p process.Phase) bool { return p == process.Running },
		onItsWay: func(p process.Phase) bool {
			return p == process.Starting || p == process.Backoff || p == process.Stopping
		},
	}
	wait := a.wait(c)
	a.do = func(ctx context.Context, sel control.Selector) ([]control.Result, error) {
		if c.noDeps {
			return s.startAlone(ctx, sel, wait)
		}
		return s.api.Start(ctx, sel, wait)
	}
	return a
}

// wait returns when an action that takes its time returns. One that does not wait is
// told as begun, not as done.
func (a *action) wait(c call) control.Wait {
	if c.noWait {
		a.done = a.doing
		return control.NoWait
	}
	return control.WaitDone
}

func (s *session) stop(ctx context.Context, c call) (int, error) {
	if len(c.args) == 0 {
		return s.usageError("stop", "stop requires a process name"), nil
	}
	ctx, stop := s.env.UntilInterrupt(ctx)
	defer stop()
	a := s.stopAction(c)
	if c.cascade {
		a.do = s.stopCascade(c)
	} else {
		a.do = s.warnOfDependents(a, c.args)
	}
	return s.apply(ctx, a, c.args)
}

func (s *session) stopAction(c call) action {
	a := action{
		doing: "stopping",
		done:  "stopped",
		faults: map[control.Code]outcome{
			control.BadName:    {"no such process", exitGeneric},
			control.NotRunning: {"not running", exitOK},
		},
		noGroup:  exitGeneric,
		arrived:  process.Phase.IsStopped,
		onItsWay: func(p process.Phase) bool { return !p.IsStopped() },
	}
	wait := a.wait(c)
	a.do = func(ctx context.Context, sel control.Selector) ([]control.Result, error) {
		return s.api.Stop(ctx, sel, wait)
	}
	return a
}

// restart stops everything that is named, then starts everything that is named. What is
// to start again has to be stopped, so that only the start can go without waiting.
func (s *session) restart(ctx context.Context, c call) (int, error) {
	if len(c.args) == 0 {
		return s.usageError("restart", "restart requires a process name"), nil
	}
	ctx, stop := s.env.UntilInterrupt(ctx)
	defer stop()
	stopped, err := s.apply(ctx, s.stopAction(call{}), c.args)
	if err != nil || ctx.Err() != nil {
		return stopped, err
	}
	started, err := s.apply(ctx, s.startAction(c), c.args)
	return last(stopped, started), err
}

func (s *session) signal(ctx context.Context, c call) (int, error) {
	if len(c.args) < 2 {
		return s.usageError("signal", "signal requires a signal name and a process name"), nil
	}
	return s.apply(ctx, action{
		done: "signalled",
		faults: map[control.Code]outcome{
			control.BadName:    {"no such process", exitGeneric},
			control.BadSignal:  {"bad signal name", exitGeneric},
			control.NotRunning: {"not running", exitNotRunning},
		},
		noGroup: exitGeneric,
		do: func(ctx context.Context, sel control.Selector) ([]control.Result, error) {
			return s.api.Signal(ctx, sel, c.args[0])
		},
	}, c.args[1:])
}

// clear empties logs. Python refuses to do it for a group.
func (s *session) clear(ctx context.Context, c call) (int, error) {
	if len(c.args) == 0 {
		return s.usageError("clear", "clear requires a process name"), nil
	}
	return s.apply(ctx, action{
		done: "cleared",
		faults: map[control.Code]outcome{
			control.BadName: {"no such process", exitGeneric},
			control.Failed:  {"failed", exitGeneric},
		},
		noGroup: exitGeneric,
		do: func(ctx context.Context, sel control.Selector) ([]control.Result, error) {
			return s.api.ClearLogs(ctx, sel)
		},
	}, c.args)
}

// apply does a to one name after the other; "all" among them stands for all of them. The
// exit code is that of the last failure.
func (s *session) apply(ctx context.Context, a action, names []string) (int, error) {
	if slices.Contains(names, "all") {
		names = []string{"all"}
	}
	s.expectResults()
	code := exitOK
	for i, name := range names {
		erase := s.draw(ctx, a, names)
		results, err := a.results(ctx, name)
		erase()
		if err != nil && ctx.Err() != nil && a.doing != "" {
			return s.abandon(ctx, a, names[i:]), nil
		}
		if err != nil {
			return code, err
		}
		for _, r := range results {
			code = last(code, s.report(a, r))
		}
		// What is done is shown before the next takes its time. The error, if any,
		// comes again when the session ends.
		_ = s.out.Flush()
	}
	return code, nil
}

// results does a to what name selects. A fault that a knows about becomes a result; any
// other ends the command.
func (a action) results(ctx context.Context, name string) ([]control.Result, error) {
	sel, ok := parseName(name)
	if !ok {
		return []control.Result{refusal(sel, control.NewFault(control.BadName, name))}, nil
	}
	results, err := a.do(ctx, sel)
	if err == nil && sel.IsOne() && len(results) == 0 {
		return []control.Result{refusal(sel, nil)}, nil
	}
	if fault, ok := errors.AsType[*control.Fault](err); ok {
		if _, known := a.faults[fault.Code]; known || fault.Code == control.Failed {
			return []control.Result{refusal(sel, fault)}, nil
		}
	}
	return results, err
}

func refusal(sel control.Selector, fault *control.Fault) control.Result {
	return control.Result{Group: sel.Group, Name: sel.Process, Fault: fault}
}

// report tells one result and returns its exit code. A result without a process is
// about a group.
func (s *session) report(a action, r control.Result) int {
	name := control.Selector{Group: r.Group, Process: r.Name}.String()
	about := result{Name: name, Group: r.Group, Process: r.Name}
	if r.Fault == nil {
		s.tell(about.done(a.done), name+": "+a.done)
		return exitOK
	}
	if r.Name == "" && r.Fault.Code == control.BadName {
		s.tell(about.failed("no such group"), r.Group+": ERROR (no such group)")
		return a.noGroup
	}
	if o, ok := a.faults[r.Fault.Code]; ok {
		s.tell(about.failed(o.words), name+": ERROR ("+o.words+")")
		return o.code
	}
	// A FAILED tells its own story, as it does in Python.
	s.tell(about.failed(r.Fault.Error()), r.Fault.Error())
	return exitGeneric
}

// parseName reads a name as the user writes it. ok is false if its group is empty: no
// group has that name, and the Selector would select more than was asked for.
func parseName(name string) (sel control.Selector, ok bool) {
	if name == "all" {
		return control.All(), true
	}
	sel = control.ParseSelector(name)
	return sel, sel.Group != ""
}

// last returns the exit code of two steps: that of the later failure.
func last(code, next int) int {
	if next != exitOK {
		return next
	}
	return code
}
