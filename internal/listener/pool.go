package listener

import (
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"supervisord/internal/bus"
	"supervisord/internal/event"
)

const (
	// maxBytes is how much the events of a pool that wait may take together, however
	// large its buffer_size: the next drops the oldest, as with too many events.
	maxBytes = 64 << 20

	// An event that was rejected is sent again at once, so that a single failure costs
	// nothing. From the second time on the pool pauses, longer each time: Python's daemon
	// would send it a thousand times a second.
	firstPause   = 10 * time.Millisecond
	longestPause = time.Second
)

// Pool is the queue of one [eventlistener:x]. Its methods may be called from any
// goroutine.
type Pool struct {
	pools *Pools
	sub   *bus.Subscription

	mu      sync.Mutex
	o       Options // but for its Name, which never changes
	closed  bool
	members []*Member // in the order of the configuration
	queue   queue
	serial  uint64        // of the next event
	pause   *time.Timer   // not nil while a rejected event waits
	settled chan struct{} // closed when nothing is about to be heard; nil if nobody asks
	stats   Stats
	text    []byte // used by send
}

// Join adds a process to the pool. name is what the log calls it. hung is called, on a
// goroutine of its own, when the process has been busy for longer than Timeout: it should
// kill it if [Member.Overdue] still says so.
func (p *Pool) Join(name string, process Process, hung func()) *Member {
	m := &Member{pool: p, name: name, process: process, hung: hung}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.members = append(p.members, m)
	return m
}

// Leave takes a process out of the pool. An event that it has in hand goes to another.
func (p *Pool) Leave(m *Member) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.members = slices.DeleteFunc(p.members, func(other *Member) bool { return other == m })
	m.release()
	p.dispatch()
	p.tellSettled()
}

// Configure gives an open pool other options, but the same name. What waits for its
// processes stays; a smaller Size holds from the next event on.
func (p *Pool) Configure(o Options) {
	p.sub.Retype(o.Types...)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.o = o
}

// Close ends the pool. The events that wait are lost with it.
func (p *Pool) Close() {
	p.sub.Close()
	p.pools.forget(p)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.queue = queue{}
	if p.pause != nil {
		p.pause.Stop()
	}
	for _, m := range p.members {
		m.drop()
	}
	p.tellSettled()
}

// Stats returns the figures of the pool.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stats
	s.Waiting = p.queue.count
	for _, m := range p.members {
		if m.talk.State() == Busy {
			s.Busy++
		}
	}
	return s
}

// Settled returns a channel that is closed once no event is about to be taken or answered
// by a process: there is none, or nobody who would. It returns nil if it is so already.
func (p *Pool) Settled() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isSettled() {
		return nil
	}
	if p.settled == nil {
		p.settled = make(chan struct{})
	}
	return p.settled
}

func (p *Pool) isSettled() bool {
	for _, m := range p.members {
		state := m.talk.State()
		busy := state == Busy
		next := p.queue.count > 0 && !m.deaf && state != Unknown
		if m.running && (busy || next) {
			return false
		}
	}
	return true
}

// tellSettled tells who waits for it.
func (p *Pool) tellSettled() {
	if p.settled != nil && (p.closed || p.isSettled()) {
		close(p.settled)
		p.settled = nil
	}
}

// take accepts an event, with the bus locked.
func (p *Pool) take(e event.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.o.Talks && isOutput(e.Type) && p.pools.isListener(e.Group) {
		// What listeners say about it could make the next of these events, for ever.
		return
	}
	serial := p.pools.serials.of(e)
	d := delivery{event: e, serial: serial, poolSerial: p.serial}
	p.serial++
	p.stats.Accepted++
	p.makeRoom(&d)
	p.queue.pushBack(d)
	p.dispatch()
}

func isOutput(t event.Type) bool { return t.Is(event.ProcessLog) || t.Is(event.ProcessCommunication) }

// makeRoom drops the oldest events until there is room for one more.
func (p *Pool) makeRoom(d *delivery) {
	for p.queue.count > 0 && (p.queue.count >= p.o.Size || p.queue.bytes+d.cost() > maxBytes) {
		lost := p.queue.pop()
		p.stats.Dropped++
		p.pools.log.Error(event.PoolOverflow(p.o.Name, lost.serial), "pool", p.o.Name)
	}
}

// giveBack puts an event that was not accepted at the head of the queue. As with Python,
// it is the next oldest that is dropped if the queue is full.
func (p *Pool) giveBack(d delivery) {
	if p.pools.debugs() {
		p.pools.log.Debug(event.Rebuffering(d.serial, p.o.Name, p.queue.count, p.o.Size))
	}
	p.makeRoom(&d)
	p.queue.pushFront(d)
}

// dispatch sends what waits to those who are ready. It is called whenever a process may
// have become ready or idle.
func (p *Pool) dispatch() {
	defer p.tellSettled()
	for !p.closed && p.pause == nil && p.queue.count > 0 {
		m := p.idle()
		if m == nil {
			return
		}
		p.send(m, p.queue.pop())
	}
}

// idle returns the first process that can have an event, nil if there is none.
func (p *Pool) idle() *Member {
	for _, m := range p.members {
		if m.running && !m.deaf && m.talk.State() == Ready {
			return m
		}
	}
	return nil
}

func (p *Pool) send(m *Member, d delivery) {
	payload := d.event.Payload()
	p.text = p.header(p.text[:0], &d, len(payload))
	p.text = append(p.text, payload...)
	err := m.process.Send(p.text)
	if cap(p.text) > longText {
		p.text = nil
	}
	if err != nil {
		// Python tries again and again; a pipe that was closed stays so.
		m.deaf = true
		p.pools.log.Debug(event.ListenerIsDeaf(d.serial, m.name))
		p.giveBack(d)
		return
	}
	p.stats.Sent++
	m.begin(d)
}

// longText is how long the text of an event may be for its memory to be kept.
const longText = 64 << 10

// header is the line before the payload (Python's manual, "Header Tokens"). len counts
// bytes.
func (p *Pool) header(b []byte, d *delivery, length int) []byte {
	b = append(b, "ver:3.0 server:"...)
	b = append(b, p.pools.server...)
	b = strconv.AppendUint(append(b, " serial:"...), d.serial, 10)
	b = append(append(b, " pool:"...), p.o.Name...)
	b = strconv.AppendUint(append(b, " poolserial:"...), d.poolSerial, 10)
	b = append(append(b, " eventname:"...), d.event.Type...)
	b = strconv.AppendInt(append(b, " len:"...), int64(length), 10)
	return append(b, '\n')
}

// reject gives an event back that a process did not accept, and pauses if it did not for
// the first time.
func (p *Pool) reject(d delivery) {
	p.stats.Rejected++
	d.rejections++
	p.giveBack(d)
	if d.rejections < 2 || p.pause != nil || p.closed {
		return
	}
	wait := min(firstPause<<min(d.rejections-2, 20), longestPause)
	p.pause = time.AfterFunc(wait, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.pause = nil
		p.dispatch()
	})
}

// warn writes a line about a process at the level warn.
func (p *Pool) warn(m *Member, line string) {
	p.pools.log.Warn(line, slog.String("process", m.name), slog.String("pool", p.o.Name))
}
