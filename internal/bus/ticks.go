package bus

import (
	"context"
	"time"

	"supervisord/internal/event"
)

// tickTypes are the events of time, with the length of their slices.
var tickTypes = []struct {
	of    event.Type
	slice time.Duration
}{
	{event.Tick5, 5 * time.Second},
	{event.Tick60, time.Minute},
	{event.Tick3600, time.Hour},
}

// longestNap is how long Tick sleeps at most, so that a clock that was set is noticed.
const longestNap = time.Minute

// Tick publishes a TICK event whenever a slice of the wall clock begins that somebody
// wants to know of, until ctx ends. While nobody does it sleeps. It is called once.
func (b *Bus) Tick(ctx context.Context) {
	timer := time.NewTimer(longestNap)
	defer timer.Stop()
	var seen [3]time.Time // the slices that were told of, or in which somebody came
	for {
		now := wall()
		nap := time.Duration(0)
		for i, t := range tickTypes {
			slice := now.Truncate(t.slice)
			switch {
			case !b.Wants(t.of):
				seen[i] = time.Time{}
				continue
			case seen[i].IsZero(): // the first is the next
			case !seen[i].Equal(slice):
				b.Publish(event.Event{At: now, Type: t.of})
			}
			seen[i] = slice
			left := min(slice.Add(t.slice).Sub(now), longestNap)
			if nap == 0 || left < nap {
				nap = left
			}
		}
		timer.Stop()
		if nap > 0 {
			timer.Reset(nap)
		}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-b.interest():
		}
	}
}

// wall returns the time without the monotonic clock, which does not know when the other
// was set.
func wall() time.Time { return time.Now().Round(0) }

// interest returns what gets a token when the wanted types have changed.
func (b *Bus) interest() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed()
}

// changed is called with b.mu held.
func (b *Bus) changed() chan struct{} {
	if b.news == nil {
		b.news = make(chan struct{}, 1)
	}
	return b.news
}
