package supervise

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/process"
)

// Status describes the selected processes, sorted by group and name.
func (l *Loop) Status(_ context.Context, sel control.Selector) ([]control.Info, error) {
	v := l.view.Load()
	procs, err := v.among(v.sorted, sel)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	infos := make([]control.Info, len(procs))
	for i, p := range procs {
		infos[i] = p.info(now)
	}
	return infos, nil
}

// request is something that is done to one process and then, perhaps, waited for.
type request struct {
	// before reports why it cannot be done, on the caller's goroutine; may be nil. It may
	// block for as long as ctx lasts.
	before func(ctx context.Context, p *proc) *control.Fault
	// refuse reports why it cannot be done in this state; in the loop.
	refuse func(p *proc) *control.Fault
	// skip reports whether a process of a group, in a state, is passed over; in the loop,
	// and before it.
	skip func(p *proc, s process.State) bool
	// first prepares for acts on processes, and says in which order; in the loop. May be nil.
	first func(procs []*proc) []*proc
	// act does it; in the loop.
	act func(p *proc) *control.Fault
	// seen follows the process until the end; nil: act is all.
	seen func(p *proc) func(process.State, []process.Changed) (bool, error)
	// waiting is called now and then while a caller waits; may be nil.
	waiting func(p *proc)
	// reverse acts on none before those that need it have come to their end.
	reverse bool
}

// carry carries out a request for a selection, with the meaning that control.API gives
// to one process, a group and all.
func (l *Loop) carry(ctx context.Context, sel control.Selector, r request) ([]control.Result, error) {
	v := l.view.Load()
	procs, err := v.among(v.order, sel)
	if err != nil {
		return nil, err
	}
	if sel.IsOne() {
		return nil, l.carryOne(ctx, procs[0], r)
	}
	return l.carryMany(ctx, procs, r)
}

func (l *Loop) carryOne(ctx context.Context, p *proc, r request) error {
	if r.before != nil {
		if f := r.before(ctx, p); f != nil {
			return f
		}
	}
	w := newWatch(1)
	var fault *control.Fault
	if err := l.do(ctx, func() {
		if fault = r.refuse(p); fault == nil {
			if r.first != nil {
				_ = r.first([]*proc{p}) // the same
			}
			fault = l.launch(p, r, w)
		}
	}); err != nil {
		return err
	}
	if fault != nil {
		return fault
	}
	var ended error
	if err := l.await(ctx, w, r, func(_ *proc, err error) { ended = err }); err != nil {
		return err
	}
	return ended
}

// carryMany acts on all eligible processes at once and returns their results in the
// order in which they came to an end.
func (l *Loop) carryMany(ctx context.Context, procs []*proc, r request) ([]control.Result, error) {
	refused := l.checkAll(ctx, procs, r)
	results := []control.Result{}
	add := func(p *proc, fault *control.Fault) {
		results = append(results, control.Result{Group: p.group.name, Name: p.name, Fault: fault})
	}
	w := newWatch(len(procs))
	if err := l.do(ctx, func() {
		var chosen []*proc // before one act changes what is to be done to others
		for i, p := range procs {
			if r.skip(p, p.state) {
				continue
			}
			fault := refused[i]
			if fault == nil {
				fault = r.refuse(p)
			}
			if fault != nil {
				add(p, fault)
				continue
			}
			chosen = append(chosen, p)
		}
		if r.first != nil {
			chosen = r.first(chosen)
		}
		if r.reverse {
			l.launchStops(chosen, r, w, add)
			return
		}
		for _, p := range chosen {
			if fault := l.launch(p, r, w); fault != nil || r.seen == nil {
				add(p, fault)
			}
		}
	}); err != nil {
		return nil, err
	}
	err := l.await(ctx, w, r, func(p *proc, err error) {
		fault, _ := errors.AsType[*control.Fault](err)
		add(p, fault)
	})
	return results, err
}

// checkAll asks before for every process that is not to be skipped, on the caller's
// goroutine.
func (l *Loop) checkAll(ctx context.Context, procs []*proc, r request) []*control.Fault {
	faults := make([]*control.Fault, len(procs))
	if r.before == nil {
		return faults
	}
	for i, p := range procs {
		if !r.skip(p, *p.shown.Load()) {
			faults[i] = r.before(ctx, p)
		}
	}
	return faults
}

// Start starts the selected processes that are not running, and what they need first.
func (l *Loop) Start(ctx context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	r := l.starting(w)
	r.first = func(procs []*proc) []*proc {
		for _, p := range procs {
			p.alone = false
		}
		l.startNeeds(procs)
		return l.needsFirst(procs)
	}
	return l.carry(ctx, sel, r)
}

// StartAlone starts the selected processes that are not running, whatever they need.
func (l *Loop) StartAlone(ctx context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	r := l.starting(w)
	r.first = func(procs []*proc) []*proc {
		for _, p := range procs {
			p.alone = true
		}
		return procs
	}
	return l.carry(ctx, sel, r)
}

func (l *Loop) starting(w control.Wait) request {
	return request{
		before: func(ctx context.Context, p *proc) *control.Fault { return p.runner.Check(ctx) },
		refuse: refuseStart,
		skip:   func(_ *proc, s process.State) bool { return s.Phase.IsRunning() },
		act:    func(p *proc) *control.Fault { l.attempt(p, process.Start{}); return nil },
		seen: func(p *proc) func(process.State, []process.Changed) (bool, error) {
			return func(s process.State, changes []process.Changed) (bool, error) {
				return startEnded(p, s, changes, w)
			}
		},
	}
}

func refuseStart(p *proc) *control.Fault {
	switch p.state.Phase {
	case process.Starting, process.Running, process.Backoff:
		return p.fault(control.AlreadyStarted)
	case process.Stopping:
		return p.fault(control.AbnormalTermination)
	case process.Unknown:
		return control.NewFault(control.Failed, p.selector().String()+" is in an unknown process state")
	case process.Stopped, process.Exited, process.Fatal:
	}
	if p.state.Draining {
		return control.NewFault(control.ShutdownState, "")
	}
	return nil
}

// startEnded says whether a start has come to its end, and how, as Python's
// startProcess reports it.
func startEnded(p *proc, s process.State, changes []process.Changed, w control.Wait) (bool, error) {
	for _, c := range changes {
		switch c.To {
		case process.Starting: // it begins
		case process.Running:
			return true, nil
		case process.Backoff, process.Fatal:
			return true, p.fault(control.SpawnError)
		case process.Stopped, process.Stopping, process.Exited, process.Unknown:
			return true, p.fault(control.AbnormalTermination)
		}
	}
	switch h := p.held.Load(); {
	case h != nil && (h.why == noLonger || h.failed):
		return true, p.fault(control.SpawnError) // it may wait for longer than anybody wants to
	case h != nil:
		return w == control.NoWait, nil
	case len(changes) == 0 && p.idle(): // it was told not to wait any more
		return true, p.fault(control.AbnormalTermination)
	}
	return w == control.NoWait && s.PID != 0, nil
}

// Stop stops the selected processes that are running, or wait for their start.
func (l *Loop) Stop(ctx context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	return l.carry(ctx, sel, l.stopping(w))
}

func (l *Loop) stopping(w control.Wait) request {
	r := request{
		reverse: true,
		refuse: func(p *proc) *control.Fault {
			if !stoppable(p) {
				return p.fault(control.NotRunning)
			}
			return nil
		},
		skip: func(p *proc, _ process.State) bool { return !stoppable(p) },
		act: func(p *proc) *control.Fault {
			l.step(p, process.Stop{})
			if p.state.Phase == process.Unknown {
				return control.NewFault(control.Failed, p.state.SpawnErr)
			}
			return nil
		},
	}
	if w == control.WaitDone {
		r.seen = func(*proc) func(process.State, []process.Changed) (bool, error) {
			return stopEnded
		}
		r.waiting = func(p *proc) { l.log.Info(event.WaitingToStop(p.name)) }
	}
	return r
}

// StopCascade stops the selected processes after those that need them.
func (l *Loop) StopCascade(ctx context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	r := l.stopping(w)
	v := l.view.Load()
	procs, err := v.among(v.order, sel)
	if err != nil {
		return nil, err
	}
	var fault *control.Fault
	if err := l.do(ctx, func() {
		dependents := l.dependents(procs)
		if sel.IsOne() && len(dependents) == 0 {
			fault = r.refuse(procs[0])
		}
		procs = slices.Concat(append(dependents, procs)...)
	}); err != nil {
		return nil, err
	}
	if fault != nil {
		return nil, fault
	}
	return l.carryMany(ctx, procs, r)
}

// Dependents returns the processes that run and need one of the selected ones, or one that
// needs it, in the order in which they can be stopped.
func (l *Loop) Dependents(ctx context.Context, sel control.Selector) ([]control.Selector, error) {
	v := l.view.Load()
	procs, err := v.among(v.order, sel)
	if err != nil {
		return nil, err
	}
	var sels []control.Selector
	err = l.do(ctx, func() {
		for _, p := range slices.Concat(l.dependents(procs)...) {
			sels = append(sels, p.selector())
		}
	})
	return sels, err
}

// stoppable reports whether there is something to stop: a run, an attempt, or a start
// that is about to be made.
func stoppable(p *proc) bool {
	return p.state.Phase.IsRunning() || p.state.RestartPending() || p.waits()
}

// Signal sends a signal to the selected processes, never to their groups.
func (l *Loop) Signal(ctx context.Context, sel control.Selector, signal string) ([]control.Result, error) {
	sig, bad := config.ParseSignal(signal)
	return l.carry(ctx, sel, request{
		before: func(ctx context.Context, p *proc) *control.Fault {
			if bad != nil {
				return control.NewFault(control.BadSignal, signal)
			}
			return l.forked(ctx, p)
		},
		refuse: func(p *proc) *control.Fault {
			if !p.state.Phase.IsSignallable() || p.state.PID == 0 {
				return p.fault(control.NotRunning)
			}
			return nil
		},
		skip: func(_ *proc, s process.State) bool { return !s.Phase.IsSignallable() },
		act: func(p *proc) *control.Fault {
			if err := p.runner.Signal(p.state.PID, sig.Number, false); err != nil && !gone(err) {
				return control.NewFault(control.Failed, "signal "+strconv.Itoa(sig.Number)+" to "+p.selector().String()+": "+err.Error())
			}
			return nil
		},
	})
}

// WriteStdin writes chars to the standard input of one process.
func (l *Loop) WriteStdin(ctx context.Context, sel control.Selector, chars string) error {
	p, err := l.view.Load().one(sel)
	if err != nil {
		return err
	}
	if fault := l.forked(ctx, p); fault != nil {
		return fault
	}
	if s := p.shown.Load(); s.PID == 0 {
		return p.fault(control.NotRunning)
	}
	return p.runner.WriteStdin(ctx, []byte(chars))
}

// forked returns when no fork of the process is under way: who has seen a child at work may
// ask for it before the loop knows of it.
func (l *Loop) forked(ctx context.Context, p *proc) *control.Fault {
	underWay := func(s process.State) bool { return s.Phase == process.Starting && s.PID == 0 }
	if !underWay(*p.shown.Load()) {
		return nil
	}
	err := l.carryOne(ctx, p, request{
		refuse: func(*proc) *control.Fault { return nil },
		act:    func(p *proc) *control.Fault { p.tell(nil); return nil }, // it may be over by now
		seen: func(*proc) func(process.State, []process.Changed) (bool, error) {
			return func(s process.State, _ []process.Changed) (bool, error) { return !underWay(s), nil }
		},
	})
	fault, _ := errors.AsType[*control.Fault](err)
	return fault
}
