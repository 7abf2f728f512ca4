package syslog

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"syscall"
	"time"
)

const (
	// settleTime is how long a connection must hold to count as good. A server may
	// accept one and refuse it afterwards, as for a certificate it wanted to see.
	settleTime = time.Second
	// firstPause and lastPause bound the time between two connections.
	firstPause = 100 * time.Millisecond
	lastPause  = 10 * time.Second
	// idleTime is how long nothing is sent until a large queue's memory is given back.
	idleTime = 10 * time.Second
)

// errReopened ends a connection that somebody wants anew.
var errReopened = errors.New("reopened")

// server is what the sinks of one Target share. The goroutine run connects and sends;
// it alone removes messages from the queue.
type server struct {
	target Target
	log    *slog.Logger
	dial   dialer
	wg     *sync.WaitGroup // run counts here

	wake chan struct{} // there is a message, or shutting was set
	kick chan struct{} // connect now

	mu       sync.Mutex
	queue    queue
	sent     uint64
	dropped  uint64
	trouble  trouble
	link     *link // nil: not connected
	refs     int   // open sinks
	shutting bool  // there will be no others, and those that are open count no more
	running  bool  // run has not ended
	cancel   context.CancelFunc
	expiry   *time.Timer // cancels run
}

// acquire counts a sink, and starts run for the first.
func (s *server) acquire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refs++
	s.keep()
	if !s.running {
		s.start()
	}
}

func (s *server) start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.running, s.cancel = true, cancel
	s.wg.Go(func() { s.run(ctx) })
}

// release is the end of a sink. After the last one, run goes on for flushTime.
func (s *server) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refs--
	if s.refs == 0 {
		s.expire()
	}
}

// shut makes run end as soon as the queue is empty, after flushTime at the latest.
func (s *server) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shutting = true
	if !s.running {
		return
	}
	s.expire()
	if s.queue.count == 0 && s.link == nil {
		s.cancel()
	}
	signal(s.wake)
	signal(s.kick)
}

// expire has run cancelled after flushTime, unless there is a sink again by then.
func (s *server) expire() {
	if !s.running || s.expiry != nil {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(flushTime, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.expiry == timer {
			s.cancel()
		}
	})
	s.expiry = timer
}

// keep takes expire back.
func (s *server) keep() {
	if s.expiry != nil {
		s.expiry.Stop()
		s.expiry = nil
	}
}

// reconnect gives the connection up, unless it is quite new: a thousand sinks that are
// reopened together want one connection.
func (s *server) reconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.link == nil:
		signal(s.kick)
	case time.Since(s.link.since) >= settleTime:
		s.link.fail(errReopened)
	}
}

// put queues a message that comes in two parts, or drops it. It reports whether
// sayDropping is to be called, which must not be done under a lock.
func (s *server) put(head, text []byte) (say bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.running || !s.queue.put(head, text) {
		s.dropped++
		return s.trouble.dropped(time.Now())
	}
	if s.queue.count == 1 {
		signal(s.wake)
	}
	return false
}

func (s *server) stat() Stat {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stat{
		Server: s.target.String(), Connected: s.link != nil,
		Queued: uint64(s.queue.count), Sent: s.sent, Dropped: s.dropped,
	}
}

// run connects and sends until ended.
func (s *server) run(ctx context.Context) {
	var (
		b     batch
		tries int // since a connection has held
	)
	for !s.ended(ctx) {
		settled, err := s.serve(ctx, &b)
		if settled {
			tries = 0
		}
		if err == nil || errors.Is(err, errReopened) {
			continue
		}
		pause := min(firstPause<<min(tries, 10), lastPause)
		tries++
		timer := time.NewTimer(pause/2 + rand.N(pause/2))
		select {
		case <-timer.C:
		case <-s.kick:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// ended reports whether run is to end, and if so, says farewell to what is queued.
func (s *server) ended(ctx context.Context) bool {
	s.mu.Lock()
	if ctx.Err() == nil && !s.finished() {
		s.mu.Unlock()
		return false
	}
	lost := uint64(s.queue.count)
	s.dropped += lost
	s.queue.drop(s.queue.count)
	s.queue.shrink()
	lost += s.trouble.close()
	s.cancel()
	s.keep()
	s.running = false
	if s.refs > 0 && !s.shutting {
		s.start() // a sink came too late to keep this one
	}
	s.mu.Unlock()
	s.sayClosed(lost)
	return true
}

// finished reports whether nothing is queued and nothing will be. s.mu is held.
func (s *server) finished() bool { return s.shutting && s.queue.count == 0 }

// serve sends over one connection until it breaks. A nil error means that all is done.
// settled reports whether the connection has been a good one.
func (s *server) serve(ctx context.Context, b *batch) (settled bool, err error) {
	l, err := s.dial(ctx, s.target)
	if err != nil {
		s.failed(ctx, err)
		return false, err
	}
	s.connected(l)
	b.framing = l.framing
	settled, err = s.carry(ctx, l, b)
	s.connected(nil)
	l.close(err)
	if !errors.Is(err, errReopened) && (!settled || l.framing == datagrams) {
		s.failed(ctx, err)
	}
	return settled, err
}

func (s *server) connected(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.link = l
}

func (s *server) carry(ctx context.Context, l *link, b *batch) (settled bool, err error) {
	settling := time.NewTimer(settleTime)
	defer settling.Stop()
	idle := time.NewTimer(idleTime)
	defer idle.Stop()
	for {
		if s.fill(b) {
			n, err := l.send(b)
			if err = s.took(n, err); err != nil {
				return settled, l.cause(err)
			}
			select {
			case <-settling.C:
				settled = true
			default:
			}
		} else {
			if s.done() {
				return settled, nil
			}
			if s.large() {
				idle.Reset(idleTime)
			} else {
				idle.Stop()
			}
			select {
			case <-s.wake:
			case <-idle.C:
				s.shrink()
			case <-l.gone:
				return settled, l.cause(nil)
			case <-ctx.Done():
				return settled, ctx.Err()
			case <-settling.C:
				settled = true
			}
		}
		if settled {
			s.works()
		}
	}
}

// fill copies what waits into b, and reports whether there is anything.
func (s *server) fill(b *batch) bool {
	b.reset()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue.copyTo(b)
	return len(b.ends) > 0
}

// took removes the n messages that are sent. The error is that of sending the next one,
// which stays queued, unless it is too long for the system ever to send it.
func (s *server) took(n int, err error) error {
	tooLong, say := errors.Is(err, syscall.EMSGSIZE), false
	s.mu.Lock()
	s.queue.drop(n)
	s.sent += uint64(n)
	if tooLong {
		s.queue.drop(1)
		s.dropped++
		say = s.trouble.dropped(time.Now())
	}
	s.mu.Unlock()
	if say {
		s.sayDropping()
	}
	if tooLong {
		return nil
	}
	return err
}

// large reports whether there is memory to be given back.
func (s *server) large() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue.large()
}

// shrink gives the memory of a burst back.
func (s *server) shrink() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue.shrink()
}

func (s *server) done() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.finished()
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
