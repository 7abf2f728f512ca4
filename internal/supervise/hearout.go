package supervise

import (
	"context"
	"time"

	"supervisord/internal/listener"
)

// hearPatience is how long the listeners of a batch have, in a shutdown, to take the
// events that wait for them: those of the programs that have stopped before, mostly.
// Python's daemon leaves them.
const hearPatience = 2 * time.Second

// hearOut reports whether there are events that the listeners of the first batch are
// about to take. If so, the batch is stopped when they have done so, or time is up.
func (l *Loop) hearOut() bool {
	var waiting []<-chan struct{}
	seen := make(map[*listener.Pool]bool)
	for _, p := range l.drain.batches[0] {
		pool := p.group.pool
		if pool == nil || seen[pool] {
			continue
		}
		seen[pool] = true
		if settled := pool.Settled(); settled != nil {
			waiting = append(waiting, settled)
		}
	}
	if len(waiting) == 0 {
		return false
	}
	l.drain.hearing = true
	go l.hear(waiting)
	return true
}

// hear goes on with the shutdown in the end. The loop runs at least that long.
func (l *Loop) hear(waiting []<-chan struct{}) {
	timer := time.NewTimer(hearPatience)
	defer timer.Stop()
	timeout := false
	for _, settled := range waiting {
		if timeout {
			break
		}
		select {
		case <-settled:
		case <-timer.C:
			timeout = true
		}
	}
	_ = l.do(context.Background(), func() {
		l.drain.hearing = false
		l.stopBatch()
		l.advance()
	})
}
