package supervise

import (
	"context"
	"slices"
	"time"

	"supervisord/internal/control"
	"supervisord/internal/process"
)

// waitingEvery is how often somebody who waits is told for whom.
const waitingEvery = 2 * time.Second

// watch follows processes for somebody who waits for them.
type watch struct {
	procs []*proc       // those that have not ended, in the order of the request
	ends  chan watchEnd // takes one per process without blocking
}

// watchEnd is how the watch of one process ended.
type watchEnd struct {
	proc *proc
	err  error
}

func newWatch(size int) *watch { return &watch{ends: make(chan watchEnd, size)} }

// watcher is the part of a watch at one process. The loop asks seen after every input to
// the process, until it says that it is done.
type watcher struct {
	of   *watch
	seen func(s process.State, changes []process.Changed) (done bool, err error)
}

// launch acts on a process and watches it from before the act, so that nothing is
// missed. It runs in the loop.
func (l *Loop) launch(p *proc, r request, w *watch) *control.Fault {
	if r.seen == nil {
		return r.act(p)
	}
	p.watchers = append(p.watchers, watcher{w, r.seen(p)})
	if f := r.act(p); f != nil {
		p.forget(w)
		return f
	}
	w.procs = append(w.procs, p)
	return nil
}

// await calls ended for every process of the watch as it ends, on the caller's goroutine.
func (l *Loop) await(ctx context.Context, w *watch, r request, ended func(*proc, error)) error {
	take := func(e watchEnd) {
		if i := slices.Index(w.procs, e.proc); i >= 0 { // they end about in their order
			w.procs = slices.Delete(w.procs, i, i+1)
		}
		ended(e.proc, e.err)
	}
	w.takeWaiting(take)
	var again <-chan time.Time
	if r.waiting != nil && len(w.procs) > 0 {
		ticker := time.NewTicker(waitingEvery)
		defer ticker.Stop()
		again = ticker.C
		w.each(r.waiting)
	}
	for len(w.procs) > 0 {
		select {
		case e := <-w.ends:
			take(e)
		case <-again:
			w.each(r.waiting)
		case <-l.over:
			w.takeWaiting(take)
			for _, p := range slices.Clone(w.procs) {
				take(watchEnd{p, control.NewFault(control.ShutdownState, "")})
			}
		case <-ctx.Done():
			// Whether or not the loop is over, nobody reads this watch again.
			_ = l.do(context.WithoutCancel(ctx), func() { w.each(func(p *proc) { p.forget(w) }) })
			return ctx.Err()
		}
	}
	return nil
}

// takeWaiting takes the ends that are there already.
func (w *watch) takeWaiting(take func(watchEnd)) {
	for {
		select {
		case e := <-w.ends:
			take(e)
		default:
			return
		}
	}
}

func (w *watch) each(do func(*proc)) {
	for _, p := range w.procs {
		do(p)
	}
}

// tell asks the watchers and forgets those that are done.
func (p *proc) tell(changes []process.Changed) {
	p.watchers = slices.DeleteFunc(p.watchers, func(w watcher) bool {
		done, err := w.seen(p.state, changes)
		if done {
			w.of.ends <- watchEnd{p, err}
		}
		return done
	})
}

// forget drops the watcher of somebody who has gone.
func (p *proc) forget(w *watch) {
	p.watchers = slices.DeleteFunc(p.watchers, func(other watcher) bool { return other.of == w })
}
