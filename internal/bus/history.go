package bus

import (
	"slices"

	"supervisord/internal/event"
)

// The bounds of what the bus remembers.
const (
	maxRemembered      = 100
	maxRememberedBytes = 1 << 20
)

// history holds the latest events, for those who come later.
type history struct {
	events []event.Event
	bytes  int
}

// add remembers an event, and forgets old ones for it.
func (h *history) add(e event.Event) {
	h.events = append(h.events, e)
	h.bytes += cost(e)
	drop := 0
	for drop < len(h.events) && (len(h.events)-drop > maxRemembered || h.bytes > maxRememberedBytes) {
		h.bytes -= cost(h.events[drop])
		drop++
	}
	h.events = slices.Delete(h.events, 0, drop)
}

// cost is how much memory an event takes, in bytes, about.
func cost(e event.Event) int { return eventCost + len(e.Data) + len(e.Kind) }

const eventCost = 256

// Remember makes the bus remember the latest events of the types, 100 and 1 MiB at most,
// for SubscribeBack. It is called once, before the first event.
func (b *Bus) Remember(types ...event.Type) {
	past := new(history)
	b.mu.Lock()
	b.past = past
	b.mu.Unlock()
	b.SubscribeFunc(past.add, types...)
}

// SubscribeBack is Subscribe, but the subscription begins with the latest events that are
// remembered, back at most. None between these and what comes is missing that is of the
// remembered types.
func (b *Bus) SubscribeBack(back, size int, types ...event.Type) *Subscription {
	s := newSubscription(b, size, types)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.past != nil {
		var old []event.Event
		for _, e := range slices.Backward(b.past.events) {
			if len(old) < min(back, size) && s.wants(e.Type) {
				old = append(old, e)
			}
		}
		for _, e := range slices.Backward(old) {
			s.push(e)
		}
	}
	b.add(s)
	return s
}
