package rpctest

import (
	"context"
	"iter"
	"slices"

	"supervisord/internal/control"
	"supervisord/internal/event"
)

// Events implements [control.API]. What is recorded is the past; nothing more comes.
func (s *Supervisor) Events(ctx context.Context, q control.EventQuery) (iter.Seq2[control.Event, error], error) {
	for _, t := range q.Types {
		if !event.IsType(string(t)) {
			return nil, fault(control.BadArguments)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var past []control.Event
	for _, e := range s.Recorded {
		if len(q.Types) == 0 || e.Lost > 0 || slices.ContainsFunc(q.Types, e.Type.Is) {
			past = append(past, e)
		}
	}
	past = past[max(0, len(past)-q.Back):]
	return func(yield func(control.Event, error) bool) {
		for _, e := range past {
			if !yield(e, nil) {
				return
			}
		}
		if q.Follow {
			<-ctx.Done()
		}
	}, nil
}
