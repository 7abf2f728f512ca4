package supervise

import (
	"context"
	"iter"

	"supervisord/internal/control"
	"supervisord/internal/event"
)

// remembered are the types of events that are kept for those who ask later: those that
// are published in any case. Nothing is made, and nobody wakes up, to be remembered.
var remembered = []event.Type{event.ProcessState, event.ProcessGroup, event.SupervisorStateChange, event.RemoteCommunication}

// followQueue is how many events wait for somebody who follows them.
const followQueue = 1024

// Events yields events in their order.
func (l *Loop) Events(ctx context.Context, q control.EventQuery) (iter.Seq2[control.Event, error], error) {
	for _, t := range q.Types {
		if !event.IsType(string(t)) {
			return nil, control.NewFault(control.BadArguments, string(t))
		}
	}
	types := q.Types
	if len(types) == 0 {
		types = event.Everything()
	}
	sub := l.bus.SubscribeBack(q.Back, followQueue, types...)
	context.AfterFunc(ctx, sub.Close) // also if nobody reads
	if !q.Follow {
		sub.Close() // what it holds can still be read
	}
	return func(yield func(control.Event, error) bool) {
		defer sub.Close()
		lost := uint64(0)
		for e := range sub.Events(ctx) {
			if now := sub.Lost(); now > lost {
				if !yield(control.Event{Lost: now - lost}, nil) {
					return
				}
				lost = now
			}
			if !yield(control.Event{Record: e.Record()}, nil) {
				return
			}
		}
	}, nil
}
