package rpctest

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"supervisord/internal/control"
	"supervisord/internal/process"
)

// Supervisor is a supervisor in memory. It starts nothing: a process "runs" when it
// was told to. Set the fields before use.
type Supervisor struct {
	Info      control.SupervisorInfo
	Processes []*Process // sorted by group and name
	MainLog   []byte
	Reopened  int // how often ReopenLogs was called
	Now       time.Time
	// RereadErr is what Reread, Plan and Update fail with.
	RereadErr error
	// Planned is what Plan returns, and Update as far as it is about the groups it is given.
	Planned control.Plan

	// Recorded are the events that Events yields.
	Recorded []control.Event

	mu        sync.Mutex
	inactive  map[string]bool // groups that were removed
	published []string
	alone     int
	waiting   chan struct{}
	grown     chan struct{} // closed by the next Append; nil while nobody waits
}

var _ control.API = (*Supervisor)(nil)

// Process is a process of a [Supervisor].
type Process struct {
	Info   control.Info
	Config control.ProgramInfo
	// StartFault is what a start fails with. Phase and SpawnErr after it are those of a
	// process that ended too quickly if it is SpawnError.
	StartFault *control.Fault
	// NeverDone makes a start that waits wait until its context ends.
	NeverDone  bool
	Needs      string // the name of a process that it needs
	Out, Err   []byte // its logs; nil: there is none
	Stdin      string // what was written to it
	LastSignal string
}

// pid is the process id of every process that runs.
const pid = 4242

func fault(c control.Code) *control.Fault { return control.NewFault(c, "") }

// selected returns the active processes that sel names, or the fault BadName.
func (s *Supervisor) selected(sel control.Selector) ([]*Process, error) {
	var out []*Process
	for _, p := range s.Processes {
		i := p.Info
		if !s.inactive[i.Group] && (sel.Group == "" || sel.Group == i.Group) && (sel.Process == "" || sel.Process == i.Name) {
			out = append(out, p)
		}
	}
	if len(out) == 0 && !sel.IsAll() {
		return nil, fault(control.BadName)
	}
	return out, nil
}

// one returns the process that sel names.
func (s *Supervisor) one(sel control.Selector) (*Process, error) {
	if !sel.IsOne() {
		return nil, fault(control.BadName)
	}
	found, err := s.selected(sel)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// each does something to the selected processes: to one in any case, to several where
// they are eligible.
func (s *Supervisor) each(sel control.Selector, eligible func(process.Phase) bool, do func(*Process) *control.Fault) ([]control.Result, error) {
	found, err := s.selected(sel)
	if err != nil {
		return nil, err
	}
	var results []control.Result
	for _, p := range found {
		if !sel.IsOne() && !eligible(p.Info.Phase) {
			continue
		}
		f := do(p)
		if sel.IsOne() && f != nil {
			return nil, f
		}
		results = append(results, control.Result{Group: p.Info.Group, Name: p.Info.Name, Fault: f})
	}
	return results, nil
}

// Status implements [control.API].
func (s *Supervisor) Status(_ context.Context, sel control.Selector) ([]control.Info, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.selected(sel)
	var infos []control.Info
	for _, p := range found {
		i := p.Info
		i.Now = s.Now
		i.Description = control.Describe(i)
		infos = append(infos, i)
	}
	return infos, err
}

// Start implements [control.API].
func (s *Supervisor) Start(ctx context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	if p, err := s.one(sel); err == nil && p.NeverDone && w == control.WaitDone {
		s.announce()
		<-ctx.Done()
		return nil, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	startable := func(p process.Phase) bool { return !p.IsRunning() }
	results, err := s.each(sel, startable, func(p *Process) *control.Fault {
		switch {
		case p.StartFault != nil && p.StartFault.Code == control.SpawnError:
			p.Info.Phase, p.Info.SpawnErr = process.Fatal, process.TooQuick
			p.Info.Started, p.Info.Ended = s.Now, s.Now
			return p.StartFault
		case p.StartFault != nil:
			return p.StartFault
		case p.Info.Phase.IsRunning():
			return fault(control.AlreadyStarted)
		}
		p.Info.Phase, p.Info.PID, p.Info.Started, p.Info.ExitStatus = process.Running, pid, s.Now, 0
		return nil
	})
	// Those that were waited for come last.
	slices.SortStableFunc(results, func(a, b control.Result) int { return waitedFor(a) - waitedFor(b) })
	return results, err
}

// StartAlone implements [control.API].
func (s *Supervisor) StartAlone(ctx context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	s.mu.Lock()
	s.alone++
	s.mu.Unlock()
	return s.Start(ctx, sel, w)
}

func waitedFor(r control.Result) int {
	if r.Fault != nil && r.Fault.Code == control.SpawnError {
		return 1
	}
	return 0
}

// Stop implements [control.API].
func (s *Supervisor) Stop(_ context.Context, sel control.Selector, _ control.Wait) ([]control.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.each(sel, process.Phase.IsRunning, func(p *Process) *control.Fault {
		if !p.Info.Phase.IsRunning() {
			return fault(control.NotRunning)
		}
		p.Info.Phase, p.Info.PID, p.Info.Ended, p.Info.ExitStatus = process.Stopped, 0, s.Now, -1
		return nil
	})
}

// StopCascade implements [control.API]: to Needs.
func (s *Supervisor) StopCascade(ctx context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	dependents, err := s.Dependents(ctx, sel)
	if err != nil {
		return nil, err
	}
	var all []control.Result
	for _, d := range append(dependents, sel) {
		results, err := s.Stop(ctx, d, w)
		if err != nil {
			return nil, err
		}
		all = append(all, results...)
	}
	return all, nil
}

// Dependents implements [control.API]: to Needs, not to what those need in turn.
func (s *Supervisor) Dependents(_ context.Context, sel control.Selector) ([]control.Selector, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.selected(sel)
	if err != nil {
		return nil, err
	}
	var sels []control.Selector
	for _, p := range s.Processes {
		if p.Info.Phase.IsRunning() && slices.ContainsFunc(found, func(n *Process) bool { return n.Info.Selector().String() == p.Needs }) {
			sels = append(sels, p.Info.Selector())
		}
	}
	return sels, nil
}

// Alone returns how often StartAlone was called.
func (s *Supervisor) Alone() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.alone
}

// signals are the signals that a Supervisor knows.
var signals = map[string]syscall.Signal{"HUP": 1, "SIGHUP": 1, "1": 1, "WINCH": 28, "28": 28}

// Signal implements [control.API].
func (s *Supervisor) Signal(_ context.Context, sel control.Selector, signal string) ([]control.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.each(sel, process.Phase.IsSignallable, func(p *Process) *control.Fault {
		if _, ok := signals[signal]; !ok {
			return fault(control.BadSignal)
		}
		if !p.Info.Phase.IsSignallable() {
			return fault(control.NotRunning)
		}
		p.LastSignal = signal
		return nil
	})
}

// WriteStdin implements [control.API].
func (s *Supervisor) WriteStdin(_ context.Context, sel control.Selector, chars string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.one(sel)
	if err != nil {
		return err
	}
	if p.Info.PID == 0 {
		return fault(control.NotRunning)
	}
	p.Stdin += chars
	return nil
}

// Config implements [control.API].
func (s *Supervisor) Config(context.Context) ([]control.ProgramInfo, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []control.ProgramInfo
	for _, p := range s.Processes {
		c := p.Config
		c.InUse = !s.inactive[c.Group]
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b control.ProgramInfo) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Reread implements [control.API]. What was removed is there to be added again.
func (s *Supervisor) Reread(context.Context) (control.Diff, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return control.Diff{Added: slices.Sorted(maps.Keys(s.inactive))}, s.RereadErr
}

// AddGroup implements [control.API].
func (s *Supervisor) AddGroup(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.inactive[name]:
		delete(s.inactive, name)
		return nil
	case slices.ContainsFunc(s.Processes, func(p *Process) bool { return p.Info.Group == name }):
		return fault(control.AlreadyAdded)
	}
	return fault(control.BadName)
}

// RemoveGroup implements [control.API].
func (s *Supervisor) RemoveGroup(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.selected(control.OfGroup(name))
	if err != nil {
		return err
	}
	for _, p := range found {
		if !p.Info.Phase.IsStopped() {
			return fault(control.StillRunning)
		}
	}
	if s.inactive == nil {
		s.inactive = make(map[string]bool)
	}
	s.inactive[name] = true
	return nil
}

// Plan implements [control.API].
func (s *Supervisor) Plan(context.Context) (control.Plan, error) { return s.Planned, s.RereadErr }

// Update implements [control.API]. It changes nothing.
func (s *Supervisor) Update(_ context.Context, groups []string) (control.Plan, error) {
	var plan control.Plan
	for _, g := range s.Planned.Groups {
		if len(groups) == 0 || slices.Contains(groups, g.Name) {
			plan.Groups = append(plan.Groups, g)
		}
	}
	if len(groups) == 0 {
		plan.Needed = s.Planned.Needed
	}
	return plan, s.RereadErr
}

// Scale implements [control.API]. It changes nothing.
func (s *Supervisor) Scale(_ context.Context, program string, n int) (control.Plan, error) {
	if !slices.ContainsFunc(s.Processes, func(p *Process) bool { return p.Info.Name == program }) {
		return control.Plan{}, fault(control.BadName)
	}
	return control.Plan{Groups: []control.GroupPlan{{Name: program, Fate: control.GroupChanged, Processes: []control.ProcessPlan{
		{Name: strconv.Itoa(n), Step: control.StepStart},
	}}}}, nil
}

// Publish implements [control.API].
func (s *Supervisor) Publish(_ context.Context, kind, data string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.published = append(s.published, kind+" "+data)
	return nil
}

// Published returns what was published: the kind, a blank, the data.
func (s *Supervisor) Published() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.published)
}

// Supervisor implements [control.API].
func (s *Supervisor) Supervisor(context.Context) (control.SupervisorInfo, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Info, nil
}

// Shutdown implements [control.API].
func (s *Supervisor) Shutdown(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Info.Mood = control.MoodShutdown
	return nil
}

// Restart implements [control.API].
func (s *Supervisor) Restart(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Info.Mood = control.MoodRestarting
	return nil
}
