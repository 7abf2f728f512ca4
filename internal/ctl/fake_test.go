package ctl_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"supervisord/internal/control"
	"supervisord/internal/ctl"
	"supervisord/internal/process"
)

// program is a process of the fake supervisor. Its faults say how it takes a request
// that its phase allows.
type program struct {
	control.Info
	startFault, stopFault *control.Fault
	stdout, stderr        string
	noLog                 bool
	needs                 string // the name of another
}

// supervisor is a supervisor in memory, whose processes start and stop at once. As in a
// real one, groups appear and vanish by AddGroup and RemoveGroup.
type supervisor struct {
	programs  []*program
	spare     map[string][]*program // groups of the configuration that are not active
	diff      control.Diff
	plan      *control.Plan // nil: it has no Plan and no Update
	config    []control.ProgramInfo
	mainLog   *string
	version   string
	api       string
	err       error // what every call fails with
	rereadErr error
	// startHangs is called by a start, which then takes as long as its context; nil for
	// starts that do not hang.
	startHangs  func()
	statusHangs bool     // it takes as long as its context
	calls       []string // those that change something
	more        []string // what comes while a log is followed
	// idle is called when nothing more comes; then the log is followed until the context
	// ends. If it is nil the server ends it, with followErr if that is not nil.
	idle func()
	// noDependencies makes it one that has never heard of them.
	noDependencies bool
	followErr      error
	stdin          string // what WriteStdin has written
	stdinErr       error
	events         []control.Event
	eventsErr      error
	query          control.EventQuery // the last one for events
}

func (f *supervisor) fail() error { return f.err }

// pick returns the selected programs, or BAD_NAME.
func (f *supervisor) pick(sel control.Selector) ([]*program, error) {
	if f.err != nil {
		return nil, f.err
	}
	var found []*program
	for _, p := range f.programs {
		if (sel.Group == "" || p.Group == sel.Group) && (sel.Process == "" || p.Name == sel.Process) {
			found = append(found, p)
		}
	}
	if len(found) == 0 && !sel.IsAll() {
		return nil, control.NewFault(control.BadName, sel.String())
	}
	return found, nil
}

// each does something to what is selected. Of several, only the eligible take part.
func (f *supervisor) each(sel control.Selector, call string, eligible func(*program) bool, do func(*program) *control.Fault) ([]control.Result, error) {
	f.calls = append(f.calls, call+" "+sel.String())
	found, err := f.pick(sel)
	if err != nil {
		return nil, err
	}
	var results []control.Result
	for _, p := range found {
		if sel.IsOne() {
			if fault := do(p); fault != nil {
				return nil, fault
			}
		} else if eligible(p) {
			results = append(results, control.Result{Group: p.Group, Name: p.Name, Fault: do(p)})
		}
	}
	return results, nil
}

func (f *supervisor) Status(ctx context.Context, sel control.Selector) ([]control.Info, error) {
	if f.statusHangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	found, err := f.pick(sel)
	var infos []control.Info
	for _, p := range found {
		infos = append(infos, p.Info)
	}
	return infos, err
}

func (f *supervisor) Start(ctx context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	if f.startHangs != nil {
		f.startHangs()
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return f.each(sel, fmt.Sprintf("start(%d)", w), func(p *program) bool { return !p.Phase.IsRunning() }, func(p *program) *control.Fault {
		if p.Phase.IsRunning() {
			return control.NewFault(control.AlreadyStarted, p.Name)
		}
		if p.startFault == nil {
			p.Phase, p.PID = process.Running, 100
		}
		return p.startFault
	})
}

func (f *supervisor) Stop(_ context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	return f.each(sel, fmt.Sprintf("stop(%d)", w), func(p *program) bool { return p.Phase.IsRunning() }, func(p *program) *control.Fault {
		if !p.Phase.IsRunning() {
			return control.NewFault(control.NotRunning, p.Name)
		}
		if p.stopFault == nil {
			p.Phase, p.PID = process.Stopped, 0
		}
		return p.stopFault
	})
}

func (f *supervisor) StartAlone(ctx context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	if f.noDependencies {
		return nil, control.NewFault(control.UnknownMethod, "")
	}
	f.calls = append(f.calls, "alone")
	return f.Start(ctx, sel, w)
}

func (f *supervisor) StopCascade(ctx context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	dependents, err := f.Dependents(ctx, sel)
	if err != nil {
		return nil, err
	}
	var results []control.Result
	for _, d := range append(dependents, sel) {
		if _, err := f.Stop(ctx, d, w); err != nil {
			return nil, err
		}
		results = append(results, control.Result{Group: d.Group, Name: d.Process})
	}
	return results, nil
}

func (f *supervisor) Dependents(_ context.Context, sel control.Selector) ([]control.Selector, error) {
	if f.noDependencies {
		return nil, control.NewFault(control.UnknownMethod, "")
	}
	var sels []control.Selector
	for _, p := range f.programs {
		if p.Phase.IsRunning() && p.needs != "" && p.needs == sel.String() {
			sels = append(sels, p.Selector())
		}
	}
	return sels, nil
}

func (f *supervisor) Signal(_ context.Context, sel control.Selector, signal string) ([]control.Result, error) {
	return f.each(sel, "signal "+signal, func(p *program) bool { return p.Phase.IsSignallable() }, func(p *program) *control.Fault {
		switch {
		case signal == "FOO":
			return control.NewFault(control.BadSignal, signal)
		case !p.Phase.IsSignallable():
			return control.NewFault(control.NotRunning, p.Name)
		}
		return nil
	})
}

func (f *supervisor) ClearLogs(_ context.Context, sel control.Selector) ([]control.Result, error) {
	return f.each(sel, "clear", func(*program) bool { return true }, func(p *program) *control.Fault {
		if p.noLog {
			return control.NewFault(control.Failed, p.Name)
		}
		p.stdout, p.stderr = "", ""
		return nil
	})
}

func (f *supervisor) ReadLog(_ context.Context, log control.LogName, offset, length int64) ([]byte, error) {
	if log.Main {
		if f.mainLog == nil {
			return nil, control.NewFault(control.NoFile, "")
		}
		return slice(*f.mainLog, offset, length)
	}
	found, err := f.pick(log.Of)
	switch {
	case err != nil:
		return nil, err
	case found[0].noLog:
		return nil, control.NewFault(control.NoFile, "")
	case log.Stream == control.Stderr:
		return slice(found[0].stderr, offset, length)
	}
	return slice(found[0].stdout, offset, length)
}

func (f *supervisor) FollowLog(ctx context.Context, log control.LogName, back int64) (iter.Seq2[[]byte, error], error) {
	data, err := f.ReadLog(ctx, log, -back, 0)
	if err != nil {
		return nil, err
	}
	return func(yield func([]byte, error) bool) {
		for _, chunk := range append([]string{string(data)}, f.more...) {
			if !yield([]byte(chunk), nil) {
				return
			}
		}
		if f.followErr != nil {
			yield(nil, f.followErr)
			return
		}
		if f.idle != nil {
			f.idle()
			<-ctx.Done()
		}
	}, nil
}

// slice follows Python's rules as far as ctl uses them.
func slice(s string, offset, length int64) ([]byte, error) {
	if length != 0 || offset > 0 {
		return nil, control.NewFault(control.BadArguments, "")
	}
	if offset == 0 {
		return []byte(s), nil
	}
	return []byte(s[max(0, len(s)+int(offset)):]), nil
}

func (f *supervisor) Config(context.Context) ([]control.ProgramInfo, error) {
	return f.config, f.fail()
}

func (f *supervisor) Reread(context.Context) (control.Diff, error) {
	if f.rereadErr != nil {
		return control.Diff{}, f.rereadErr
	}
	return f.diff, f.fail()
}

// Without a plan it is a Python Supervisor.
func (f *supervisor) Plan(context.Context) (control.Plan, error) {
	switch {
	case f.rereadErr != nil || f.err != nil:
		return control.Plan{}, cmp.Or(f.rereadErr, f.err)
	case f.plan == nil:
		return control.Plan{}, control.NewFault(control.UnknownMethod, "")
	}
	return *f.plan, nil
}

func (f *supervisor) Update(ctx context.Context, groups []string) (control.Plan, error) {
	plan, err := f.Plan(ctx)
	if err != nil {
		return plan, err
	}
	f.calls = append(f.calls, strings.TrimSpace("update "+strings.Join(groups, " ")))
	plan.Groups = slices.DeleteFunc(slices.Clone(plan.Groups), func(g control.GroupPlan) bool {
		return len(groups) > 0 && !slices.Contains(groups, g.Name)
	})
	return plan, nil
}

func (f *supervisor) Scale(_ context.Context, program string, n int) (control.Plan, error) {
	f.calls = append(f.calls, fmt.Sprintf("scale %s %d", program, n))
	switch {
	case f.err != nil:
		return control.Plan{}, f.err
	case f.plan == nil:
		return control.Plan{}, control.NewFault(control.UnknownMethod, "")
	case program == "nope":
		return control.Plan{}, control.NewFault(control.BadName, program)
	}
	return *f.plan, nil
}

func (f *supervisor) AddGroup(_ context.Context, name string) error {
	f.calls = append(f.calls, "add "+name)
	if f.err != nil {
		return f.err
	}
	if slices.ContainsFunc(f.programs, func(p *program) bool { return p.Group == name }) {
		return control.NewFault(control.AlreadyAdded, name)
	}
	group, ok := f.spare[name]
	if !ok {
		return control.NewFault(control.BadName, name)
	}
	f.programs = append(f.programs, group...)
	return nil
}

func (f *supervisor) RemoveGroup(_ context.Context, name string) error {
	f.calls = append(f.calls, "remove "+name)
	found, err := f.pick(control.OfGroup(name))
	if err != nil {
		return err
	}
	if slices.ContainsFunc(found, func(p *program) bool { return !p.Phase.IsStopped() }) {
		return control.NewFault(control.StillRunning, name)
	}
	f.programs = slices.DeleteFunc(f.programs, func(p *program) bool { return p.Group == name })
	return nil
}

func (f *supervisor) Supervisor(context.Context) (control.SupervisorInfo, error) {
	return control.SupervisorInfo{PID: 77, Mood: control.MoodRunning}, f.fail()
}

func (f *supervisor) Shutdown(context.Context) error {
	f.calls = append(f.calls, "shutdown")
	return f.fail()
}

func (f *supervisor) Restart(context.Context) error {
	f.calls = append(f.calls, "restart")
	return f.fail()
}

func (f *supervisor) SupervisorVersion(context.Context) (string, error) { return f.version, f.fail() }
func (f *supervisor) APIVersion(context.Context) (string, error)        { return f.api, f.fail() }

func (f *supervisor) WriteStdin(_ context.Context, _ control.Selector, chars string) error {
	f.stdin += chars
	return f.stdinErr
}

// What ctl has no verb for.

func (f *supervisor) ClearMainLog(context.Context) error { return errUnused }

func (f *supervisor) ReopenLogs(context.Context) error {
	f.calls = append(f.calls, "reopen")
	return f.err
}

func (f *supervisor) Events(ctx context.Context, q control.EventQuery) (iter.Seq2[control.Event, error], error) {
	f.query = q
	if f.eventsErr != nil {
		return nil, f.eventsErr
	}
	return func(yield func(control.Event, error) bool) {
		for _, e := range f.events {
			if !yield(e, nil) {
				return
			}
		}
		if f.followErr != nil {
			yield(control.Event{}, f.followErr)
			return
		}
		if q.Follow && f.idle != nil {
			f.idle()
			<-ctx.Done()
		}
	}, f.fail()
}

func (f *supervisor) Publish(context.Context, string, string) error { return errUnused }

func (f *supervisor) TailLog(context.Context, control.LogName, int64, int64) (control.Tail, error) {
	return control.Tail{}, errUnused
}

var errUnused = errors.New("no verb uses this")

// newSupervisor returns one with a process in every state that matters:
// web runs, manual is stopped, broken cannot start, and grp has a and b.
func newSupervisor() *supervisor {
	up := func(group, name string, pid int) *program {
		return &program{Info: control.Info{
			Group: group, Name: name, Phase: process.Running, PID: pid,
			Description: fmt.Sprintf("pid %d, uptime 0:00:05", pid),
		}}
	}
	down := func(name string, phase process.Phase, description string) *program {
		return &program{Info: control.Info{Group: name, Name: name, Phase: phase, Description: description}}
	}
	broken := down("broken", process.Fatal, "can't find command '/no/such'")
	broken.startFault = control.NewFault(control.NoFile, "/no/such")
	broken.noLog = true
	f := &supervisor{version: "4.2.5", api: "3.0"}
	f.programs = []*program{broken, up("grp", "a", 11), up("grp", "b", 12), down("manual", process.Stopped, "Not started"), up("web", "web", 13)}
	f.programs[4].stdout = "one\ntwo\n"
	f.programs[4].stderr = "oops\n"
	return f
}

// named returns the program of a newSupervisor with that name.
func (f *supervisor) named(name string) *program {
	return f.programs[slices.IndexFunc(f.programs, func(p *program) bool { return p.Name == name })]
}

// answer is all that a command gives back.
type answer struct {
	Out, Err string
	Code     int
}

// env returns a world with nothing but the supervisor.
func env(f *supervisor, out, errs *bytes.Buffer) ctl.Env {
	return ctl.Env{
		Stdin: strings.NewReader(""), Stdout: out, Stderr: errs,
		WaitStdin:    func(ctx context.Context) error { return ctx.Err() },
		RawStdin:     func() (func(), error) { return nil, errors.New("no terminal") },
		Terminal:     func() (int, bool) { return 0, false },
		TerminalRows: func() int { return 0 },
		ReadPassword: func(string) (string, error) { return "", errors.New("no terminal") },
		LookupEnv:    func(string) (string, bool) { return "", false },
		ReadFile:     func(path string) ([]byte, error) { return nil, errors.New(path + ": not there") },
		LoadFile: func(string) (ctl.Settings, error) {
			return ctl.Settings{Server: ctl.Server{URL: "unix:///run/s.sock", From: "that of a test"}}, nil
		},
		Editor:          func(ctl.Completer) (ctl.Editor, bool) { return nil, false },
		Dial:            func(ctl.Server) (ctl.API, error) { return f, nil },
		UntilInterrupt:  forever,
		UntilTerminated: forever,
	}
}

// forever is the context of a user who does not interrupt.
func forever(ctx context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} }

// execute runs supervisorctl with the arguments in a world.
func execute(t *testing.T, e ctl.Env, args ...string) (code int) {
	t.Helper()
	cmd := ctl.NewCommand("supervisorctl", e)
	cmd.SetArgs(append([]string{}, args...)) // nil would be those of this test
	err := cmd.ExecuteContext(t.Context())
	exit, ok := errors.AsType[ctl.ExitError](err)
	if err != nil && !ok {
		t.Fatalf("error is %v, want an ExitError", err)
	}
	return exit.Code
}

// run runs a line of words against a supervisor.
func run(t *testing.T, f *supervisor, line string) answer {
	t.Helper()
	var out, errs bytes.Buffer
	code := execute(t, env(f, &out, &errs), strings.Fields(line)...)
	return answer{out.String(), errs.String(), code}
}
