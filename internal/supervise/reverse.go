package supervise

import (
	"slices"

	"supervisord/internal/control"
	"supervisord/internal/order"
	"supervisord/internal/process"
)

// launchStops is launch for stops of processes, in the reverse of the order in which they
// have started: none stops before those of the others that need it. The loop goes on with
// that whether or not anybody waits. Told gets the outcome of those that are not watched.
func (l *Loop) launchStops(procs []*proc, r request, w *watch, told func(*proc, *control.Fault)) {
	before := l.stopFirst(procs)
	var waiting, now []*proc // those that wait come first, or the stop of another could start them
	for _, p := range procs {
		switch first := before[p]; {
		case len(first) > 0: // before any act, since some stop at once
			if l.launchAfter(first, p, r, w); r.seen == nil {
				told(p, nil)
			}
		case p.waits():
			waiting = append(waiting, p)
		default:
			now = append(now, p)
		}
	}
	for _, p := range slices.Concat(waiting, now) {
		if fault := l.launch(p, r, w); fault != nil || r.seen == nil {
			told(p, fault)
		}
	}
}

// stopFirst returns, for each of some processes that are to stop, those of the others that
// stop before it since they need it; and those that are STOPPING already, whoever asked for
// that. What has no child is waited for by nobody, and waits for nobody. It has no cycles,
// even where the needs have: those of a process may be from another reading of the
// configuration than those of its neighbour.
func (l *Loop) stopFirst(procs []*proc) map[*proc][]*proc {
	asked := setOf(procs)
	for _, p := range l.current().order {
		if p.state.Phase == process.Stopping && !asked[p] {
			procs = append(slices.Clip(procs), p)
		}
	}
	procs = slices.DeleteFunc(slices.Clone(procs), (*proc).childless)
	if !slices.ContainsFunc(procs, func(p *proc) bool { return len(p.program.Needs) > 0 }) {
		return nil
	}
	turn := make(map[*proc]int, len(procs))
	for i, batch := range order.Postpone([][]*proc{procs}, l.needed) {
		for _, p := range batch {
			turn[p] = i
		}
	}
	first := make(map[*proc][]*proc)
	for _, p := range procs {
		for _, n := range l.needed(p) {
			if t, stops := turn[n]; stops && turn[p] < t {
				first[n] = append(first[n], p)
			}
		}
	}
	return first
}

// launchAfter launches a stop when those before it have ended.
func (l *Loop) launchAfter(first []*proc, p *proc, r request, w *watch) {
	acted := false
	if r.seen != nil {
		seen := r.seen(p)
		p.watchers = append(p.watchers, watcher{w, func(s process.State, changes []process.Changed) (bool, error) {
			if !acted && (l.drain == nil || s.Phase == process.Stopping || stoppable(p)) {
				return false, nil
			}
			return seen(s, changes)
		}})
		w.procs = append(w.procs, p)
	}
	p.leaving++
	left := len(first)
	for _, other := range first {
		other.afterStop = append(other.afterStop, func() {
			if left--; left > 0 {
				return
			}
			if p.leaving--; l.drain != nil {
				return // its turn in the shutdown comes
			}
			acted = true
			if r.refuse(p) == nil { // it may have ended by itself
				_ = r.act(p) // its state says what is wrong
			}
			p.tell(nil)
			l.wake(p.selector())
		})
	}
}

// stopped goes on with those that were to stop after p, if it does not run any more.
func (l *Loop) stopped(p *proc) {
	if len(p.afterStop) == 0 || p.state.Phase == process.Stopping || stoppable(p) {
		return
	}
	next := p.afterStop
	p.afterStop = nil
	for _, do := range next {
		do()
	}
}
