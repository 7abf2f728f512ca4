package supervise

import (
	"maps"
	"slices"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/order"
	"supervisord/internal/process"
)

// hold keeps a process from a start. It is immutable; readers on any goroutine have it
// from proc.held.
type hold struct {
	// in is what goes on when the hold ends: Start, or the Tick of another try. Nil: nobody
	// waits, since the start was refused.
	in   process.Input
	why  holdReason
	on   control.Selector // what it waits for
	of   *proc            // the same; nil if that is not there
	need int              // its index among the needs
	// failed says that what it waits for will not come by itself, as things stand.
	failed bool
	by     *config.Program // what the process was made from when it was held
	text   string          // of a refusal
}

// holdReason is a kind of hold.
type holdReason int

const (
	forNeed  holdReason = iota // a need is not met
	forTurn                    // too many are STARTING
	noLonger                   // a need has failed, and depends_on_failure=stop
)

// follows is how many holds in a row a description follows.
const follows = 2

// String describes the hold as a status does. It may be called from any goroutine.
func (h *hold) String() string {
	switch h.why {
	case forTurn:
		return "waiting for its turn to start (start_concurrency)"
	case noLonger:
		return h.text
	case forNeed:
	}
	return "waiting for " + h.reason(follows)
}

// reason describes what a hold waits for, and if that is held too, what that waits for.
func (h *hold) reason(deep int) string {
	name := h.on.String()
	if h.of == nil {
		return name + ": not there yet"
	}
	next := h.of.held.Load()
	switch {
	case next == nil:
		return order.Reason(name, *h.of.shown.Load())
	case next.why != forNeed:
		return name + ": " + next.String()
	case deep == 1:
		return name + ": waiting for " + next.on.String()
	}
	return name + ": waiting for " + next.reason(deep-1)
}

// waits reports whether the process is to start, but is held.
func (p *proc) waits() bool {
	h := p.held.Load()
	return h != nil && h.in != nil
}

// refused reports whether a start of the process was given up, since a need has failed.
func (p *proc) refused() bool {
	h := p.held.Load()
	return h != nil && h.why == noLonger
}

// hopeless reports whether the process waits for what will not come by itself. There may be
// no process.
func (p *proc) hopeless() bool {
	if p == nil {
		return false
	}
	h := p.held.Load()
	return h != nil && h.failed
}

// holds are the processes that wait, by what they wait for. Only the loop touches them.
type holds struct {
	needs map[control.Selector][]*proc // by the process that they need
	turns []*proc                      // in the order in which they start

	limit    int // how many may be STARTING; 0: any number
	starting int // how many are
}

// hold keeps a process until attempt is called again, or another input comes to it. Its
// deadline, if it has one, has passed.
func (l *Loop) hold(p *proc, h *hold) {
	l.unlist(p)
	before := p.held.Load()
	h.by = p.program
	p.held.Store(h)
	l.deadlines.remove(p)
	switch h.why {
	case forNeed:
		l.holds.needs[h.on] = append(l.holds.needs[h.on], p)
	case forTurn:
		l.holds.turns = append(l.holds.turns, p)
	case noLonger: // it does not wait
	}
	p.listed = h.in != nil
	p.tell(nil)
	if h.failed && (before == nil || !before.failed) {
		l.wake(p.selector()) // they have failed with it
	}
}

// letGo ends a hold.
func (l *Loop) letGo(p *proc) {
	l.unlist(p)
	p.held.Store(nil)
}

// retire keeps a process from every start to come. Those that wait for it hear nothing of
// that until it has gone: they may be about to go themselves, and must not start before.
func (l *Loop) retire(p *proc) {
	p.promised = false
	l.letGo(p)
	l.step(p, process.Hold{})
}

// unlist takes a process from the list of those that wait for the same.
func (l *Loop) unlist(p *proc) {
	if !p.listed {
		return
	}
	p.listed = false
	is := func(other *proc) bool { return other == p }
	h := p.held.Load()
	if h.why == forTurn {
		l.holds.turns = slices.DeleteFunc(l.holds.turns, is)
	} else if rest := slices.DeleteFunc(l.holds.needs[h.on], is); len(rest) > 0 {
		l.holds.needs[h.on] = rest
	} else {
		delete(l.holds.needs, h.on)
	}
}

// forgetHolds is letGo for all at once, when nothing starts any more.
func (l *Loop) forgetHolds() {
	for _, waiting := range l.holds.needs {
		unlisted(waiting)
	}
	unlisted(l.holds.turns)
	clear(l.holds.needs)
	l.holds.turns = nil
}

func unlisted(procs []*proc) {
	for _, p := range procs {
		p.listed = false
	}
}

// changed goes on with those that waited for a change of p, which was in a phase before.
func (l *Loop) changed(p *proc, before process.Phase) {
	if was, is := before == process.Starting, p.state.Phase == process.Starting; was != is {
		if is {
			l.holds.starting++
		} else {
			l.holds.starting--
		}
	}
	l.wake(p.selector())
	l.nextTurns()
}

// wake tries those again that need a process.
func (l *Loop) wake(sel control.Selector) {
	waiting := l.holds.needs[sel]
	if len(waiting) == 0 || l.drain != nil {
		return
	}
	delete(l.holds.needs, sel)
	unlisted(waiting)
	for _, p := range waiting {
		// Another may have been started, or refused, by what the one before it did.
		if h := p.held.Load(); !p.listed && h != nil && h.in != nil {
			l.attempt(p, h.in)
		}
	}
}

// full reports whether as many are STARTING as may be at once.
func (l *Loop) full() bool { return l.holds.limit > 0 && l.holds.starting >= l.holds.limit }

// nextTurns starts those whose turn has come.
func (l *Loop) nextTurns() {
	for l.drain == nil && len(l.holds.turns) > 0 && !l.full() {
		p := l.holds.turns[0]
		l.holds.turns = l.holds.turns[1:]
		p.listed = false
		l.attempt(p, p.held.Load().in)
	}
}

// wanted reports whether a process waits that needs another.
func (l *Loop) wanted(sel control.Selector) bool {
	for _, waiting := range l.holds.needs {
		for _, p := range waiting {
			if slices.ContainsFunc(p.program.Needs, func(n config.Need) bool { return selectorOf(n) == sel }) {
				return true
			}
		}
	}
	return false
}

// wakeMissing tries those again that wait for what is not there: the configuration may
// not have it any more.
func (l *Loop) wakeMissing() {
	for _, sel := range slices.Collect(maps.Keys(l.holds.needs)) {
		if l.active(sel) == nil {
			l.wake(sel)
		}
	}
}
