package bus

import (
	"context"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"supervisord/internal/event"
)

// Bus gives events their serial numbers and hands them to subscribers. The zero Bus
// is ready to use. Its methods may be called from any goroutine.
type Bus struct {
	mu     sync.Mutex
	serial uint64
	subs   map[*Subscription]struct{}
	counts map[event.Type]int // of the subscriptions that want each type
	news   chan struct{}      // gets a token when counts changes, for Tick
	past   *history           // what SubscribeBack begins with; may be nil

	// wanted are the types that some subscription wants. Readers take no lock.
	wanted atomic.Pointer[map[event.Type]bool]
}

// Wants reports whether anybody is subscribed to t. It is cheap: who asks it first need
// not make events that nobody would see.
func (b *Bus) Wants(t event.Type) bool {
	wanted := b.wanted.Load()
	return wanted != nil && (*wanted)[t]
}

// count adds by (1 or -1) to the subscriptions of all that s wants. It is called with b.mu
// held.
func (b *Bus) count(s *Subscription, by int) {
	if b.counts == nil {
		b.counts = make(map[event.Type]int)
	}
	wanted := make(map[event.Type]bool)
	for t := range event.Families {
		if s.wants(t) {
			b.counts[t] += by
		}
		if b.counts[t] > 0 {
			wanted[t] = true
		}
	}
	b.wanted.Store(&wanted)
	select {
	case b.changed() <- struct{}{}:
	default: // a token is there already
	}
}

// Publish gives e the next serial number and queues it for every subscription that
// wants it. It never blocks.
func (b *Bus) Publish(e event.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e.Serial = b.serial
	b.serial++
	for s := range b.subs {
		if s.wants(e.Type) {
			s.push(e)
		}
	}
}

// Subscribe returns a subscription to the given types and their families, which
// holds at most size events (at least one) that were not read yet, and of long ones no
// more than fit into 8 MiB. Close it after use.
func (b *Bus) Subscribe(size int, types ...event.Type) *Subscription {
	return b.SubscribeBack(0, size, types...)
}

func newSubscription(b *Bus, size int, types []event.Type) *Subscription {
	return &Subscription{
		bus: b, types: slices.Clone(types), ready: make(chan struct{}, 1),
		queue: ring[event.Event]{size: max(size, 1)},
	}
}

// SubscribeFunc is Subscribe for somebody with a queue of their own: take is called with
// every event, in the order of serial numbers, on the goroutine that publishes it and
// with the bus locked. It must neither block nor call the bus. Once Close has returned,
// it is not called any more.
func (b *Bus) SubscribeFunc(take func(event.Event), types ...event.Type) *Subscription {
	s := &Subscription{bus: b, types: slices.Clone(types), ready: make(chan struct{}, 1), take: take}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.add(s)
	return s
}

// add is called with b.mu held.
func (b *Bus) add(s *Subscription) {
	if b.subs == nil {
		b.subs = make(map[*Subscription]struct{})
	}
	b.subs[s] = struct{}{}
	b.count(s, 1)
}

// Retype makes s one to other types, at one moment of the timeline: no event that it wants
// before and after is lost or comes twice.
func (s *Subscription) Retype(types ...event.Type) {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	if _, open := s.bus.subs[s]; !open {
		return
	}
	s.bus.count(s, -1)
	s.types = slices.Clone(types)
	s.bus.count(s, 1)
}

// Subscription is one reader's queue of events. One goroutine may read it.
type Subscription struct {
	bus   *Bus
	types []event.Type
	ready chan struct{}     // holds a token while queue may be non-empty; closed by Close
	take  func(event.Event) // instead of queue; may be nil

	// These are held under bus.mu.
	queue ring[event.Event]
	bytes int // the cost of what is in queue
	lost  uint64
}

func (s *Subscription) wants(t event.Type) bool {
	return slices.ContainsFunc(s.types, t.Is)
}

// maxQueuedBytes is how much memory the queue of a subscription may take, about. A single
// event may be longer.
const maxQueuedBytes = 8 << 20

// push is called with the bus locked. A full queue loses its oldest event.
func (s *Subscription) push(e event.Event) {
	if s.take != nil {
		s.take(e)
		return
	}
	for s.bytes += cost(e); s.queue.count > 0 && (s.queue.count == s.queue.size || s.bytes > maxQueuedBytes); s.lost++ {
		old, _ := s.queue.pop()
		s.bytes -= cost(old)
	}
	s.queue.push(e)
	select {
	case s.ready <- struct{}{}:
	default: // a token is there already
	}
}

// Events yields events in the order of their serial numbers until ctx is done, or the
// subscription is closed and all it holds was read. It may be called again, and then
// goes on where the last call was left.
func (s *Subscription) Events(ctx context.Context) iter.Seq[event.Event] {
	return func(yield func(event.Event) bool) {
		for ctx.Err() == nil {
			e, ok := s.pop()
			if ok {
				if !yield(e) {
					return
				}
				continue
			}
			select {
			case <-ctx.Done():
			case _, open := <-s.ready:
				if !open {
					return
				}
			}
		}
	}
}

func (s *Subscription) pop() (event.Event, bool) {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	e, ok := s.queue.pop()
	if ok {
		s.bytes -= cost(e)
	}
	return e, ok
}

// Waiting returns how many events were not read yet.
func (s *Subscription) Waiting() int {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	return s.queue.count
}

// Lost returns how many events the queue has lost because it was full.
func (s *Subscription) Lost() uint64 {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	return s.lost
}

// Close ends the subscription. The bus forgets it. It may be called twice.
func (s *Subscription) Close() {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	if _, open := s.bus.subs[s]; open {
		delete(s.bus.subs, s)
		s.bus.count(s, -1)
		close(s.ready)
	}
}
