package supervise

import (
	"sync/atomic"
	"time"

	"supervisord/internal/child"
	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/listener"
	"supervisord/internal/order"
	"supervisord/internal/process"
)

// respawnFloor is the least time between two automatic starts of one process: a
// program with startsecs=0 that ends at once is started once a second, as by Python's
// daemon when it is idle, and not as fast as the machine can fork.
const respawnFloor = time.Second

// proc is one process. Only the loop touches it, but for the fields marked otherwise.
type proc struct {
	name    string // immutable
	group   *group // immutable
	runner  Runner // immutable
	program *config.Program
	policy  process.Policy
	member  *listener.Member // nil unless it is an event listener
	inUse   *config.Program  // what the runner has; see change.go
	coming  *config.Program  // what it is to get; nil: nothing else

	state    process.State
	due      int // index in the loop's deadlines, -1 if it has none
	watchers []watcher
	alone    bool // it was started whatever it needs
	listed   bool // it is in the loop's holds
	promised bool // an update starts it when its group is what it is to be; no sooner for those that need it
	// afterStop are called when it has stopped; see reverse.go.
	afterStop []func()
	leaving   int // requests by which it stops when others have; see reverse.go

	// shown is the latest state, and held what keeps the process from a start, nil for
	// nothing; for readers on any goroutine.
	shown atomic.Pointer[process.State]
	held  atomic.Pointer[hold]
	// pending are the options of coming that have no effect yet, likewise; nil: none.
	pending atomic.Pointer[[]string]
}

func newProc(p *config.Program, g *group, r Runner) *proc {
	pr := &proc{name: p.Name, program: p, inUse: p, group: g, runner: r, policy: policyOf(p), due: -1}
	pr.show()
	return pr
}

// show publishes the state.
func (p *proc) show() {
	s := p.state
	p.shown.Store(&s)
}

// rest tells the runner if the process has come to rest.
func (p *proc) rest() {
	s := p.state
	if r, ok := p.runner.(rester); ok && s.Phase.IsStopped() && s.PID == 0 && !s.RestartPending() {
		r.Rest()
	}
}

// rank is the turn of its start among others.
func (p *proc) rank() child.Rank {
	return child.Rank{Group: p.group.config.Priority, Program: p.program.Priority}
}

func (p *proc) selector() control.Selector {
	return control.Selector{Group: p.group.name, Process: p.name}
}

// fault returns a fault about this process, which goes by the name that clients use.
func (p *proc) fault(c control.Code) *control.Fault {
	return control.NewFault(c, p.selector().String())
}

// info describes the process at this moment. It may be called from any goroutine.
func (p *proc) info(now time.Time) control.Info {
	s := p.shown.Load()
	i := control.Info{
		Name: p.name, Group: p.group.name,
		Phase: s.Phase, PID: s.PID, Started: s.Started, Ended: s.Ended, Now: now,
		ExitStatus: s.ExitStatus(), SpawnErr: s.SpawnErr,
	}
	i.StdoutLog, i.StderrLog = p.runner.Logs()
	i.Description = control.Describe(i)
	if t, ok := p.runner.(teller); ok {
		i.Description = withStatus(i.Description, t.Status())
	}
	if h := p.held.Load(); h != nil && childless(*s) { // it may be held since s
		i.Description = h.String()
		if h.why == noLonger {
			i.SpawnErr = h.text
		}
	}
	if names := p.pending.Load(); names != nil {
		i.Pending = *names
	}
	return i
}

// withStatus adds to a description what a program says of itself.
func withStatus(description, status string) string {
	if description == "" || status == "" {
		return description + status
	}
	return description + " - " + status
}

// policyOf takes from a program what decides about its life.
func policyOf(p *config.Program) process.Policy {
	signals := make([]int, len(p.StopSignals))
	for i, s := range p.StopSignals {
		signals[i] = s.Number
	}
	return process.Policy{
		StartSecs:    p.StartSecs,
		AwaitReady:   p.Readiness.Awaited(),
		ReadyTimeout: p.ReadinessTimeout,
		StartRetries: p.StartRetries,
		AutoRestart:  restartOf(p.AutoRestart),
		ExitCodes:    p.ExitCodes,
		StopSignals:  signals,
		StopWait:     p.StopWaitSecs,
		KillWait:     p.KillWaitSecs,
		// Never zero, so that a Tick starts it again: when what it needs is there, in its turn.
		RestartPause: max(p.RestartPause, 1),
		RetryWait:    process.RetryWait{Growth: growths[p.Backoff], Max: p.BackoffMax, Jitter: p.BackoffJitter},
		RestartLimit: process.Limit{Count: p.RestartLimit.Count, Within: p.RestartLimit.Within},
		RespawnFloor: respawnFloor,
		StopAsGroup:  p.StopAsGroup,
		KillAsGroup:  p.KillAsGroup,
	}
}

// growths are the kinds of backoff by their names in the configuration.
var growths = map[config.Backoff]process.Growth{
	config.BackoffLinear: process.Linear, config.BackoffExponential: process.Exponential, config.BackoffConstant: process.Constant,
}

func restartOf(r config.AutoRestart) process.Restart {
	switch r {
	case config.RestartNever:
		return process.Never
	case config.RestartUnexpected:
		return process.Unexpected
	case config.RestartAlways:
		return process.Always
	}
	return process.Never
}

// group is an active process group. Only the loop touches it, but for its name, which is
// immutable.
type group struct {
	name   string
	config *config.Group
	procs  []*proc        // in starting order
	pool   *listener.Pool // nil unless it is of event listeners, and while it is not active
}

func (g *group) item() order.Item   { return order.Item{Name: g.name, Priority: g.config.Priority} }
func (g *group) processes() []*proc { return g.procs }

// gone reports whether a signal failed only because the child has ended already.
func gone(err error) bool { return err == child.ErrGone } //nolint:errorlint // the Runner returns it as it is
