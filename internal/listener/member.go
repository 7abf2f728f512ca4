package listener

import (
	"time"

	"supervisord/internal/event"
	"supervisord/internal/process"
)

// Process is what a pool needs of a listener's process.
type Process interface {
	// Send writes an event to the process's stdin. It does not block and does not keep
	// text: what the pipe does not take is written as the process reads. An error means
	// that the process will never read it.
	Send(text []byte) error
}

// Member is one process of a pool. Its fields are guarded by the pool's lock.
type Member struct {
	pool    *Pool
	name    string
	process Process
	hung    func()

	child   int  // how many children there were; what earlier ones say does not count
	running bool // the process is RUNNING
	deaf    bool // its child has closed its stdin
	talk    Conversation
	flight  delivery // while talk is Busy
	begun   uint64   // how many events it was sent
	timer   *time.Timer
	overdue bool // it has had flight for too long
}

// Entered notes that the process is in another phase. It is called in the order of the
// phases.
func (m *Member) Entered(phase process.Phase) {
	p := m.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	m.running = phase == process.Running
	switch phase {
	case process.Starting:
		m.child++
		m.talk, m.deaf = Conversation{}, false
	case process.Stopped, process.Backoff, process.Exited, process.Fatal:
		m.child++
		m.release()
	case process.Running, process.Stopping, process.Unknown: // it may still give a result
	}
	p.dispatch()
}

// release brings back what a child had in hand that has ended.
func (m *Member) release() {
	if m.talk.State() == Busy {
		m.pool.giveBack(m.drop())
	}
	m.talk = Conversation{}
}

// drop ends the current delivery.
func (m *Member) drop() delivery {
	if m.timer != nil {
		m.timer.Stop()
	}
	d := m.flight
	m.flight, m.overdue = delivery{}, false
	return d
}

// begin notes that the process has an event in hand.
func (m *Member) begin(d delivery) {
	p := m.pool
	m.talk.Sent()
	m.flight = d
	m.begun++
	if p.pools.debugs() {
		p.pools.log.Debug(event.SentTo(d.serial, m.name))
	}
	if p.o.Timeout > 0 {
		now := m.begun
		m.timer = time.AfterFunc(p.o.Timeout, func() { m.late(now) })
	}
}

// late gives up a process that still has the event it had when the timer was set.
func (m *Member) late(begun uint64) {
	p := m.pool
	p.mu.Lock()
	m.overdue = m.begun == begun && m.talk.State() == Busy && !p.closed
	overdue := m.overdue
	if overdue {
		p.stats.Hung++
		p.warn(m, event.ListenerHangs(m.name, m.flight.serial, p.o.Timeout))
	}
	p.mu.Unlock()
	if overdue {
		m.hung()
	}
}

// Overdue reports whether the process still is busy with an event for longer than the
// pool's Timeout.
func (m *Member) Overdue() bool {
	m.pool.mu.Lock()
	defer m.pool.mu.Unlock()
	return m.overdue
}

// Voice is the stdout of one child. It is an io.WriteCloser that never fails.
type Voice struct {
	member *Member
	child  int
}

// Voice returns what takes the stdout of the child that is being started.
func (m *Member) Voice() *Voice {
	m.pool.mu.Lock()
	defer m.pool.mu.Unlock()
	return &Voice{m, m.child}
}

// Write takes what the child says. It does not block.
func (v *Voice) Write(said []byte) (int, error) {
	m, p := v.member, v.member.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if v.child != m.child {
		return len(said), nil // an heir of the pipe
	}
	for rest := said; len(rest) > 0; {
		from := m.talk.State()
		var t Turn
		if t, rest = m.talk.Next(rest); t != Nothing {
			m.follow(t, from)
		}
	}
	p.dispatch()
	return len(said), nil
}

// Close does nothing: that the child has ended is told by its phase.
func (v *Voice) Close() error { return nil }

// follow carries out what a turn of the conversation means for the pool.
func (m *Member) follow(t Turn, from State) {
	p := m.pool
	switch t {
	case Nothing, SaidReady:
		m.tellState(from)
	case Accepted:
		p.stats.Done++
		m.drop()
		if p.pools.debugs() {
			p.pools.log.Debug(event.ProcessedBy(m.name))
		}
		m.tellState(from)
	case Rejected:
		p.warn(m, event.RejectedBy(m.name))
		m.tellState(from)
		p.reject(m.drop())
	case BadResult:
		p.warn(m, event.BadResultLine(m.name, m.talk.Line()))
		m.tellUnknown(from)
		p.giveBack(m.drop())
	case Violated:
		m.tellUnknown(from)
	}
}

func (m *Member) tellState(from State) {
	if m.pool.pools.debugs() {
		m.pool.pools.log.Debug(event.ListenerState(m.name, from, m.talk.State()))
	}
}

func (m *Member) tellUnknown(from State) {
	m.tellState(from)
	m.pool.warn(m, event.ListenerUnknown(m.name))
}
