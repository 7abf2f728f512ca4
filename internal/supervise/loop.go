package supervise

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"supervisord/internal/bus"
	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/listener"
	"supervisord/internal/order"
	"supervisord/internal/process"
)

// Options are what a Loop needs of the rest of the program. All fields must be set.
type Options struct {
	Config *config.Config
	// NewRunner makes the Runner of a process.
	NewRunner func(p *config.Program) Runner
	Logs      Logs
	Bus       *bus.Bus
	Log       *slog.Logger
	// Reload reads the configuration file again, with other numbers of processes.
	Reload func(scales map[string]config.Scale) (*config.Config, error)
	// PID and Version are those of the daemon, for those who ask.
	PID     int
	Version string
	// Serials numbers events for listeners; nil: from 0.
	Serials *listener.Serials
	// Sections are updated with the programs; nil: there are none.
	Sections Sections
}

// Loop owns the state of every process. Only Run touches groups, deadlines and drain;
// the methods of control.API may be called from any goroutine.
type Loop struct {
	newRunner func(*config.Program) Runner
	logs      Logs
	bus       *bus.Bus
	pools     *listener.Pools
	log       *slog.Logger
	reload    func(map[string]config.Scale) (*config.Config, error)
	pid       int
	version   string
	// sections are those of the daemon; nil: there are none.
	sections Sections

	inputs   chan posted
	commands chan func()
	over     chan struct{} // closed when Run has returned

	rereading sync.Mutex              // held while the file is read, on a caller's goroutine
	scales    map[string]config.Scale // of programs; guarded by rereading
	updating  chan struct{}           // holds a token while an update is under way

	// Owned by Run.
	known     *config.Config // what AddGroup adds from
	groups    map[string]*group
	deadlines deadlines
	holds     holds
	drain     *drain // nil until the end begins
	outdated  bool   // the view is; see outdate

	// For readers on any goroutine.
	view atomic.Pointer[view]
	mood atomic.Int32
	conf atomic.Pointer[config.Config] // known
}

// posted is an input on its way to the loop.
type posted struct {
	proc *proc
	in   process.Input
}

// New returns a Loop with the groups of the configuration. Nothing runs before Run.
func New(o Options) *Loop {
	l := &Loop{
		newRunner: o.NewRunner, logs: o.Logs, bus: o.Bus, log: o.Log, reload: o.Reload,
		pid: o.PID, version: o.Version, sections: o.Sections,
		inputs:   make(chan posted, 64),
		commands: make(chan func()),
		over:     make(chan struct{}),
		updating: make(chan struct{}, 1),
		known:    o.Config,
		groups:   make(map[string]*group),
		holds:    holds{needs: make(map[control.Selector][]*proc), limit: o.Config.Supervisord.StartConcurrency},
	}
	l.pools = listener.NewPools(o.Bus, o.Log, o.Config.Supervisord.Identifier, cmp.Or(o.Serials, new(listener.Serials)))
	l.conf.Store(o.Config)
	l.mood.Store(int32(control.MoodRunning))
	for i := range o.Config.Groups {
		l.install(&o.Config.Groups[i])
	}
	l.publishView()
	return l
}

// Run starts what is to be started and supervises until the end: it returns once a
// shutdown or a restart was asked for and every process has stopped, and says which of
// the two. When ctx ends, a shutdown begins.
func (l *Loop) Run(ctx context.Context) control.Mood {
	defer close(l.over)
	defer l.dismissAll()
	l.bus.Remember(remembered...)
	for _, g := range l.startOrder() {
		l.enlist(g)
		l.bus.Publish(event.Event{At: time.Now(), Type: event.ProcessGroupAdded, Group: g.name})
	}
	l.bus.Publish(event.Event{At: time.Now(), Type: event.SupervisorStateChangeRunning})
	l.autostart(l.current().order)
	timer := time.NewTimer(0)
	defer timer.Stop()
	done := ctx.Done()
	for l.drain == nil || !l.drain.over {
		l.arm(timer)
		select {
		case m := <-l.inputs:
			l.step(m.proc, m.in)
		case command := <-l.commands:
			command()
		case <-timer.C:
			l.tick(time.Now())
		case <-done:
			done = nil
			l.begin(control.MoodShutdown)
		}
	}
	return control.Mood(l.mood.Load())
}

// arm sets the timer to the next moment at which somebody wants a tick.
func (l *Loop) arm(timer *time.Timer) {
	next, ok := l.deadlines.earliest()
	if l.drain != nil && (!ok || l.drain.report.Before(next)) {
		next, ok = l.drain.report, true
	}
	if !ok {
		timer.Stop()
		return
	}
	timer.Reset(time.Until(next))
}

func (l *Loop) tick(now time.Time) {
	for p := l.deadlines.passed(now); p != nil; p = l.deadlines.passed(now) {
		if p.state.Phase == process.Backoff || p.state.Phase == process.Exited {
			l.attempt(p, process.Tick{})
		} else {
			l.step(p, process.Tick{})
		}
	}
	if l.drain != nil {
		l.reportDrain(now)
	}
}

// post brings an input to the loop. It blocks until the loop takes it, and gives up
// when the loop has ended.
func (l *Loop) post(p *proc, in process.Input) {
	select {
	case l.inputs <- posted{p, in}:
	case <-l.over:
	}
}

// step gives one input to one process: it keeps and shows the state that follows, and
// carries out the effects.
func (l *Loop) step(p *proc, in process.Input) {
	waited := p.waits()
	l.letGo(p)
	p.settle()
	before := p.state
	next, effects := process.Next(p.policy, p.state, time.Now(), in)
	p.state = next
	p.show()
	l.deadlines.update(p)
	l.narrateInput(p, in)
	var changes []process.Changed
	var failed error
	for _, e := range effects {
		switch e := e.(type) {
		case process.Spawn:
			p.takeUp()
			p.runner.Start(p.rank(), func(in process.Input) { l.post(p, in) })
		case process.Kill:
			l.narrateKill(p, in, e)
			failed = l.kill(p, e)
		case process.Changed:
			changes = append(changes, e)
			l.narrateChange(p, in, e)
			l.bus.Publish(event.OfChange(next.Since, p.group.name, p.name, e))
			if p.member != nil {
				p.member.Entered(e.To)
			}
		}
	}
	p.rest()
	p.tell(changes)
	if len(changes) > 0 || next.PID != before.PID || waited {
		l.changed(p, before.Phase)
	}
	l.stopped(p)
	if l.drain != nil && len(changes) > 0 {
		l.advance()
	}
	if failed != nil {
		l.step(p, process.SignalFailed{Reason: failed.Error()})
	}
}

// kill carries out a Kill. That the child has ended meanwhile is no failure: its death
// is on its way.
func (l *Loop) kill(p *proc, k process.Kill) error {
	if k.Forced {
		l.log.Warn(event.Killing(p.name, k.PID), "process", p.name, "pid", k.PID)
	}
	if err := p.runner.Signal(k.PID, k.Signal, k.Group); err != nil && !gone(err) {
		return err
	}
	return nil
}

// install makes a group of the configuration active.
func (l *Loop) install(c *config.Group) {
	g := &group{name: c.Name, config: c}
	for i := range c.Programs {
		p := &c.Programs[i]
		g.procs = append(g.procs, newProc(p, g, l.newRunner(p)))
	}
	l.groups[c.Name] = g
}

// autostart starts those of some processes that are to be started, or are waited for.
func (l *Loop) autostart(procs []*proc) {
	l.startAll(slices.DeleteFunc(slices.Clone(procs), func(p *proc) bool {
		return !p.program.AutoStart && !l.wanted(p.selector())
	}))
	for _, p := range procs {
		l.wake(p.selector()) // the others say what they wait for by now
	}
}

// startAll starts those of some processes that have no child, and what they need first.
func (l *Loop) startAll(procs []*proc) {
	l.startNeeds(procs)
	for _, p := range l.needsFirst(procs) {
		if refuseStart(p) == nil {
			l.attempt(p, process.Start{})
		}
	}
}

// startOrder returns the active groups as they are started: by priority, then name.
func (l *Loop) startOrder() []*group {
	return order.Start(slices.Collect(maps.Values(l.groups)), (*group).item)
}

// do runs a command in the loop and waits for it.
func (l *Loop) do(ctx context.Context, command func()) error {
	done := make(chan struct{})
	select {
	case l.commands <- func() { command(); l.current(); close(done) }:
	case <-l.over:
		return control.NewFault(control.ShutdownState, "")
	case <-ctx.Done():
		return ctx.Err()
	}
	<-done // a command does not block
	return nil
}
