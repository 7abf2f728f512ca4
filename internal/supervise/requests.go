package supervise

import (
	"context"
	"errors"
	"strconv"
	"time"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/process"
)

// stopReportEvery is how often a stop that a client waits for says so.
const stopReportEvery = 2 * time.Second

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
	// before reports why it cannot be done, on the caller's goroutine; may be nil.
	before func(p *proc) *control.Fault
	// refuse reports why it cannot be done in this state; in the loop.
	refuse func(p *proc) *control.Fault
	// skip reports whether a process of a group is passed over; in the loop.
	skip func(s process.State) bool
	// act does it; in the loop.
	act func(p *proc) *control.Fault
	// seen follows the process until the end; nil: act is all.
	seen func(p *proc) func(process.State, []process.Changed) (bool, error)
	// waiting is called now and then while a caller waits; may be nil.
	waiting func(p *proc)
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
		if f := r.before(p); f != nil {
			return f
		}
	}
	var w *watcher
	var fault *control.Fault
	if err := l.do(ctx, func() {
		if fault = r.refuse(p); fault == nil {
			w, fault = l.launch(p, r)
		}
	}); err != nil {
		return err
	}
	if fault != nil {
		return fault
	}
	return l.await(ctx, p, w, r)
}

// launch acts on a process and watches it from before the act, so that nothing is
// missed. It runs in the loop.
func (l *Loop) launch(p *proc, r request) (*watcher, *control.Fault) {
	if r.seen == nil {
		return nil, r.act(p)
	}
	w := &watcher{seen: r.seen(p), end: make(chan error, 1)}
	p.watchers = append(p.watchers, w)
	if f := r.act(p); f != nil {
		p.forget(w)
		return nil, f
	}
	return w, nil
}

// await waits for the end of a watch, on the caller's goroutine.
func (l *Loop) await(ctx context.Context, p *proc, w *watcher, r request) error {
	if w == nil {
		return nil
	}
	select {
	case err := <-w.end:
		return err
	default:
	}
	var again <-chan time.Time
	if r.waiting != nil {
		r.waiting(p)
		ticker := time.NewTicker(stopReportEvery)
		defer ticker.Stop()
		again = ticker.C
	}
	for {
		select {
		case err := <-w.end:
			return err
		case <-again:
			r.waiting(p)
		case <-l.over:
			select {
			case err := <-w.end:
				return err
			default:
				return control.NewFault(control.ShutdownState, "")
			}
		case <-ctx.Done():
			// The loop may be busy or over; either way the watcher is not read again.
			_ = l.do(context.WithoutCancel(ctx), func() { p.forget(w) })
			return ctx.Err()
		}
	}
}

// carryMany acts on all eligible processes at once and returns their results in the
// order in which they came to an end.
func (l *Loop) carryMany(ctx context.Context, procs []*proc, r request) ([]control.Result, error) {
	refused := l.checkAll(procs, r)
	type pending struct {
		proc *proc
		w    *watcher
	}
	var waits []pending
	results := []control.Result{}
	if err := l.do(ctx, func() {
		for i, p := range procs {
			if r.skip(p.state) {
				continue
			}
			fault := refused[i]
			var w *watcher
			if fault == nil {
				if fault = r.refuse(p); fault == nil {
					w, fault = l.launch(p, r)
				}
			}
			if w != nil {
				waits = append(waits, pending{p, w})
				continue
			}
			results = append(results, control.Result{Group: p.group.name, Name: p.program.Name, Fault: fault})
		}
	}); err != nil {
		return nil, err
	}
	ended := make(chan control.Result, len(waits))
	for _, wait := range waits {
		go func() { ended <- result(wait.proc, l.await(ctx, wait.proc, wait.w, r)) }()
	}
	for range waits {
		results = append(results, <-ended)
	}
	return results, ctx.Err()
}

// checkAll asks before for every process that is not to be skipped, on the caller's
// goroutine.
func (l *Loop) checkAll(procs []*proc, r request) []*control.Fault {
	faults := make([]*control.Fault, len(procs))
	if r.before == nil {
		return faults
	}
	for i, p := range procs {
		if !r.skip(*p.shown.Load()) {
			faults[i] = r.before(p)
		}
	}
	return faults
}

func result(p *proc, err error) control.Result {
	res := control.Result{Group: p.group.name, Name: p.program.Name}
	if fault, ok := errors.AsType[*control.Fault](err); ok && fault != nil {
		res.Fault = fault
	}
	return res
}

// Start starts the selected processes that are not running.
func (l *Loop) Start(ctx context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	return l.carry(ctx, sel, request{
		before: func(p *proc) *control.Fault { return p.runner.Check() },
		refuse: refuseStart,
		skip:   func(s process.State) bool { return s.Phase.IsRunning() },
		act:    func(p *proc) *control.Fault { l.step(p, process.Start{}); return nil },
		seen: func(p *proc) func(process.State, []process.Changed) (bool, error) {
			return func(s process.State, changes []process.Changed) (bool, error) {
				return startEnded(p, s, changes, w)
			}
		},
	})
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
	return w == control.NoWait && s.PID != 0, nil
}

// Stop stops the selected processes that are running.
func (l *Loop) Stop(ctx context.Context, sel control.Selector, w control.Wait) ([]control.Result, error) {
	r := request{
		refuse: func(p *proc) *control.Fault {
			if !stoppable(p.state) {
				return p.fault(control.NotRunning)
			}
			return nil
		},
		skip: func(s process.State) bool { return !stoppable(s) },
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
			return func(s process.State, _ []process.Changed) (bool, error) {
				if s.Phase == process.Unknown {
					return true, control.NewFault(control.Failed, s.SpawnErr)
				}
				return s.Phase != process.Stopping, nil
			}
		}
		r.waiting = func(p *proc) { l.log.Info(event.WaitingToStop(p.program.Name)) }
	}
	return l.carry(ctx, sel, r)
}

// stoppable reports whether there is something to stop: a run, an attempt, or a start
// that is about to be made.
func stoppable(s process.State) bool { return s.Phase.IsRunning() || s.RestartPending() }

// Signal sends a signal to the selected processes, never to their groups.
func (l *Loop) Signal(ctx context.Context, sel control.Selector, signal string) ([]control.Result, error) {
	sig, bad := config.ParseSignal(signal)
	return l.carry(ctx, sel, request{
		before: func(*proc) *control.Fault {
			if bad != nil {
				return control.NewFault(control.BadSignal, signal)
			}
			return nil
		},
		refuse: func(p *proc) *control.Fault {
			if !p.state.Phase.IsSignallable() || p.state.PID == 0 {
				return p.fault(control.NotRunning)
			}
			return nil
		},
		skip: func(s process.State) bool { return !s.Phase.IsSignallable() },
		act: func(p *proc) *control.Fault {
			if err := p.runner.Signal(p.state.PID, sig.Number, false); err != nil && !gone(err) {
				return control.NewFault(control.Failed, "signal "+strconv.Itoa(sig.Number)+" to "+p.selector().String()+": "+err.Error())
			}
			return nil
		},
	})
}

// WriteStdin writes chars to the standard input of one process.
func (l *Loop) WriteStdin(_ context.Context, sel control.Selector, chars string) error {
	p, err := l.view.Load().one(sel)
	if err != nil {
		return err
	}
	if s := p.shown.Load(); s.PID == 0 {
		return p.fault(control.NotRunning)
	}
	return p.runner.WriteStdin([]byte(chars))
}
