package supervise

import (
	"time"

	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/order"
	"supervisord/internal/process"
)

// reportEvery is how often a shutdown says on whom it waits.
const reportEvery = 3 * time.Second

// drain is a shutdown in progress: batches of processes that are stopped one batch
// after the other.
type drain struct {
	batches [][]*proc // the first is being stopped
	hearing bool      // or about to be, when its listeners have heard all; see hearOut
	report  time.Time // when to say next on whom it waits
	over    bool
}

// begin starts the end: nothing starts any more, and the groups stop by descending
// priority, those of one priority together, but nothing before what needs it.
func (l *Loop) begin(mood control.Mood) {
	if l.drain != nil {
		if mood == control.MoodShutdown { // a restart that was asked for before is off
			l.mood.Store(int32(mood))
		}
		return
	}
	l.mood.Store(int32(mood))
	l.bus.Publish(event.Event{At: time.Now(), Type: event.SupervisorStateChangeStopping})
	batches := order.Batches(l.startOrder(), (*group).item, (*group).processes)
	l.drain = &drain{batches: order.Postpone(batches, l.needed), report: time.Now().Add(reportEvery)}
	l.forgetHolds()
	for _, batch := range l.drain.batches {
		for _, p := range batch {
			l.step(p, process.Hold{})
		}
	}
	l.nextBatch()
	l.sayWaiting()
	l.advance()
}

// nextBatch stops the processes of the first batch, at once or when its listeners have
// heard all.
func (l *Loop) nextBatch() {
	if len(l.drain.batches) > 0 && !l.hearOut() {
		l.stopBatch()
	}
}

func (l *Loop) stopBatch() {
	for _, p := range l.drain.batches[0] {
		l.step(p, process.Drain{})
	}
}

// advance goes on to the next batch when the first has stopped.
func (l *Loop) advance() {
	d := l.drain
	for !d.over && !d.hearing {
		if len(d.batches) == 0 {
			d.over = true
			return
		}
		if !d.stopped() {
			return
		}
		d.batches = d.batches[1:]
		l.nextBatch()
	}
}

// stopped forgets the processes at the end of the first batch that have stopped, and
// reports whether none is left. Only the last is looked at again and again, so that a
// large batch does not cost its square.
func (d *drain) stopped() bool {
	batch := d.batches[0]
	for len(batch) > 0 && batch[len(batch)-1].state.Phase.IsStopped() {
		batch = batch[:len(batch)-1]
	}
	d.batches[0] = batch
	return len(batch) == 0
}

// reportDrain says on whom the shutdown waits, if it is time to.
func (l *Loop) reportDrain(now time.Time) {
	if d := l.drain; !d.over && !now.Before(d.report) {
		l.sayWaiting()
		d.report = now.Add(reportEvery)
	}
}

// sayWaiting says on whom the shutdown waits.
func (l *Loop) sayWaiting() {
	var names []string
	for _, batch := range l.drain.batches {
		for _, p := range batch {
			if !p.state.Phase.IsStopped() {
				names = append(names, p.name)
			}
		}
	}
	if len(names) > 0 {
		l.log.Info(event.WaitingToDie(names))
	}
}
