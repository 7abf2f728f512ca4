package runner

import (
	"context"
	"regexp"
	"strconv"
	"sync"
	"time"

	"supervisord/internal/child"
	"supervisord/internal/config"
	"supervisord/internal/event"
	"supervisord/internal/output"
	"supervisord/internal/process"
	"supervisord/internal/readiness"
)

// check finds out whether one child is ready, and whether it hangs. It ends before the
// death of the child is told.
type check struct {
	program *config.Program
	post    func(process.Input)
	tell    func(status string)
	probe   func(ctx context.Context, r config.Readiness)
	ctx     context.Context //nolint:containedctx // that of the goroutines of one child
	cancel  context.CancelFunc
	work    sync.WaitGroup

	socket *readiness.Socket // nil: none
	err    error             // why there is none
	pipe   reportPipe

	mu    sync.Mutex // held while something is posted, so that nothing comes behind the end
	begun bool       // the spawn is told
	found bool       // it is ready
	over  bool
	alive chan time.Duration // signs of life: when the next is due; nil: none are needed
}

// newCheck returns what checks a child that is about to be; nil if there is nothing to check.
func (n *run) newCheck() *check {
	p := n.program()
	if !p.Readiness.Awaited() && p.Watchdog == 0 {
		return nil
	}
	c := &check{program: p, post: n.post, tell: n.setStatus, probe: n.probe}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	if p.Readiness.By == config.ReadyNotify || p.Watchdog > 0 {
		c.socket, c.err = readiness.Listen()
	}
	if p.Watchdog > 0 {
		c.alive = make(chan time.Duration, 1)
	}
	return c
}

// runsAs says as whom the child is about to run; nil: as the daemon does. It is called where
// users are looked up, which may take a while.
func (c *check) runsAs(cred *child.Credential) {
	if c != nil && c.socket != nil && cred != nil {
		c.socket.TrustUser(cred.UID)
	}
}

// variables are what the child finds in its environment, as sd_notify(3) and
// sd_watchdog_enabled(3) say.
func (c *check) variables(vars map[string]string) {
	if c == nil || c.socket == nil {
		return
	}
	vars["NOTIFY_SOCKET"] = c.socket.Name()
	if c.program.Watchdog > 0 {
		vars["WATCHDOG_USEC"] = strconv.FormatInt(c.program.Watchdog.Microseconds(), 10)
	}
}

// extra returns what makes the descriptor by which the child reports, and its number.
func (c *check) extra() (func() (int, error), int) {
	if c == nil || c.program.Readiness.By != config.ReadyFD {
		return nil, 0
	}
	return c.pipe.open, c.program.Readiness.FD()
}

// tap returns what looks for the pattern in an output; nil if there is none.
func (c *check) tap() (output.Sink, error) {
	if c == nil || c.program.Readiness.By != config.ReadyLog {
		return nil, nil //nolint:nilnil // no tap is no error
	}
	pattern, err := regexp.Compile(c.program.Readiness.Value)
	if err != nil {
		return nil, err
	}
	return readiness.NewLogMatch(pattern, c.ready), nil
}

// opened returns why the check cannot be made.
func (c *check) opened() error {
	if c == nil {
		return nil
	}
	return c.err
}

// begin begins, once the spawn of the child is told.
func (c *check) begin(pid int) {
	if c == nil {
		return
	}
	if c.socket != nil {
		c.socket.Trust(pid)
	}
	c.mu.Lock()
	c.begun = true
	if c.found {
		c.post(process.Ready{})
	}
	c.mu.Unlock()
	if c.socket != nil {
		c.work.Go(c.receive)
	}
	switch c.program.Readiness.By {
	case config.ReadyFD:
		c.work.Go(func() { c.pipe.await(c.ready) })
	case config.ReadyTCP, config.ReadyHTTP, config.ReadyExec:
		c.work.Go(func() {
			c.probe(c.ctx, c.program.Readiness)
			if c.ctx.Err() == nil {
				c.ready()
			}
		})
	case config.ReadyStartSecs, config.ReadyNotify, config.ReadyLog: // nobody asks
	}
	if c.alive != nil {
		c.work.Go(c.watch)
	}
}

// ready tells that the child is up. What comes before the spawn is told waits for that.
func (c *check) ready() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.found || c.over {
		return
	}
	c.found = true
	c.sign(c.program.Watchdog)
	if c.begun {
		c.post(process.Ready{})
	}
}

// hung tells that the child does no work any more.
func (c *check) hung(reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx.Err() == nil {
		c.post(process.Hung{Reason: reason})
	}
}

// receive takes what the child says on its socket until that is interrupted.
func (c *check) receive() {
	for {
		m, err := c.socket.Receive()
		if err != nil {
			return
		}
		c.hear(m)
	}
}

// hear takes one message of the child.
func (c *check) hear(m readiness.Message) {
	if m.HasStatus {
		c.tell(m.Status)
	}
	if m.Ready && c.program.Readiness.By == config.ReadyNotify {
		c.ready()
	}
	if m.Hung {
		c.hung(event.WatchdogTriggered)
	}
	if m.Alive || m.Ready || m.Stopping || m.Extend > 0 {
		c.lives(m)
	}
}

// lives hears that the child is alive, and how much time it asks for: to get up as long as
// it is not ready, and then until its next sign of life. One that ends by itself has as
// long as one that was told to.
func (c *check) lives(m readiness.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.found || !c.program.Readiness.Awaited():
		due := max(m.Extend, c.program.Watchdog)
		if m.Stopping {
			due = max(due, c.program.StopWaitSecs)
		}
		c.sign(due)
	case m.Extend > 0 && c.ctx.Err() == nil:
		c.post(process.Extend{For: m.Extend})
	}
}

// sign is a sign of life; the next is due after some time. It is called with c.mu held.
func (c *check) sign(next time.Duration) {
	select {
	case <-c.alive: // an older one, which has not been heard
	default:
	}
	select {
	case c.alive <- next:
	default: // none is needed
	}
}

// watch waits for signs of life. Their absence counts while the program is RUNNING: before,
// readiness_timeout is its limit. A process that hangs is given up once.
func (c *check) watch() {
	grace := c.program.StartSecs + c.program.Watchdog
	first := time.Now().Add(grace) // it is RUNNING by then, whatever it said before
	timer := time.NewTimer(grace)
	defer timer.Stop()
	if c.program.Readiness.Awaited() {
		timer.Stop() // ready is the first sign
		first = time.Time{}
	}
	for {
		select {
		case next := <-c.alive:
			timer.Reset(max(next, time.Until(first)))
		case <-timer.C:
			c.hung(event.NoSignOfLife(c.program.Watchdog))
		case <-c.ctx.Done():
			return
		}
	}
}

// end ends the check. It returns when nothing more can be told.
func (c *check) end() {
	if c == nil {
		return
	}
	c.cancel()
	if c.socket != nil {
		c.socket.Interrupt()
	}
	c.pipe.interrupt()
	c.work.Wait()
	c.lastWords()
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	if c.socket != nil {
		_ = c.socket.Close() // there is nothing left to read
	}
	c.pipe.close()
	c.tell("")
}

// maxLastWords is how much is read of what a child has said before it died: messages, or
// pieces of what is in its pipe. Others that have inherited either may go on for ever.
const maxLastWords = 64

// lastWords hears what the child has said and nobody has heard yet: a task may be ready,
// and end at once.
func (c *check) lastWords() {
	for range maxLastWords {
		if c.socket == nil {
			break
		}
		m, err := c.socket.Pending()
		if err != nil {
			break
		}
		c.hear(m)
	}
	c.pipe.rest(c.ready)
}

// setStatus keeps what the child says of itself.
func (r *Runner) setStatus(status string) { r.status.Store(&status) }

// Status returns what the child says of itself, empty for nothing. It may be called from any
// goroutine.
func (r *Runner) Status() string {
	if s := r.status.Load(); s != nil {
		return *s
	}
	return ""
}

// probe asks until the child is up or ctx ends.
func (r *Runner) probe(ctx context.Context, by config.Readiness) {
	if by.By == config.ReadyExec {
		r.probeByCommand(ctx, by.Value)
		return
	}
	r.children.Probe(ctx, by)
}
