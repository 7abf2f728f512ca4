package listener

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"supervisord/internal/bus"
	"supervisord/internal/event"
)

// Serials numbers the events that some pool accepts, from 0, as Python's Supervisor
// does: an event that no listener wants has no number. (The bus numbers every event.)
// The zero Serials begins with 0. It outlives the Pools that use it one after the other,
// since Python goes on counting over a restart.
type Serials struct {
	next  uint64
	last  uint64 // number given last
	given uint64 // position on the bus's timeline of the event that has it
	some  bool   // there is a last
}

// of returns the number of an event. It is called with the bus locked, for all pools
// that accept an event before the next event.
func (s *Serials) of(e event.Event) uint64 {
	if !s.some || s.given != e.Serial {
		s.some, s.given, s.last = true, e.Serial, s.next
		s.next++
	}
	return s.last
}

// Pools are the pools of one daemon. Its methods may be called from any goroutine.
type Pools struct {
	bus     *bus.Bus
	log     *slog.Logger
	server  string
	serials *Serials

	mu    sync.RWMutex // may be taken with the bus locked, never the other way round
	pools map[string]*Pool
}

// NewPools returns Pools without a pool. server is the daemon's identifier, which every
// event carries.
func NewPools(b *bus.Bus, log *slog.Logger, server string, s *Serials) *Pools {
	s.some = false // the timeline is another
	return &Pools{bus: b, log: log, server: server, serials: s, pools: make(map[string]*Pool)}
}

// Options describe a pool.
type Options struct {
	Name  string
	Types []event.Type // that it wants, or their families
	// Size is how many events wait before the oldest is dropped, at least one.
	Size int
	// Timeout is how long a process may be busy with one event before it is given up;
	// zero: for ever.
	Timeout time.Duration
	// Talks says that the output of its own processes makes events, too.
	Talks bool
}

// Open makes a pool, which accepts events from now on. Close it after use.
func (ps *Pools) Open(o Options) *Pool {
	p := &Pool{pools: ps, o: o, stats: Stats{Pool: o.Name}}
	ps.mu.Lock()
	ps.pools[o.Name] = p
	ps.mu.Unlock()
	p.sub = ps.bus.SubscribeFunc(p.take, o.Types...)
	return p
}

// isListener reports whether a group is a pool.
func (ps *Pools) isListener(group string) bool {
	ps.mu.RLock()
	defer ps.mu.RUnlock()
	return ps.pools[group] != nil
}

func (ps *Pools) forget(p *Pool) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.pools[p.o.Name] == p {
		delete(ps.pools, p.o.Name)
	}
}

func (ps *Pools) debugs() bool { return ps.log.Enabled(context.Background(), slog.LevelDebug) }

// Stats are the figures of one pool since it was opened.
type Stats struct {
	Pool     string
	Waiting  int    // events in the queue
	Busy     int    // events that a process has in hand
	Accepted uint64 // events taken from the bus
	Sent     uint64 // attempts to deliver one
	Done     uint64 // results that were OK
	Rejected uint64 // results that were not
	Dropped  uint64 // events lost because the queue was full
	Hung     uint64 // processes given up after event_timeout
}

// Stats returns the figures of all pools, sorted by name.
func (ps *Pools) Stats() []Stats {
	ps.mu.RLock()
	pools := slices.Collect(maps.Values(ps.pools))
	ps.mu.RUnlock()
	all := make([]Stats, len(pools))
	for i, p := range pools {
		all[i] = p.Stats()
	}
	slices.SortFunc(all, func(a, b Stats) int { return cmp.Compare(a.Pool, b.Pool) })
	return all
}
