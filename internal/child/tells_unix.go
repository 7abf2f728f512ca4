//go:build unix

package child

import (
	"sync"

	"supervisord/internal/process"
)

// forking is a start whose turn has come, and how it went.
type forking struct {
	job       *job
	ended     bool // guarded by tells.mu; the fields below are set
	pid       int
	entry     *entry
	err       error
	strangers map[int]process.Exit // that ended meanwhile
	shared    error                // why the umask was that of the whole daemon
}

// tells holds the starts that nobody was told of yet, in their order.
type tells struct {
	mu   sync.Mutex
	all  []*forking
	some chan struct{} // holds a token while the first may have ended; closed by Close
}

// begin adds a start.
func (t *tells) begin(f *forking) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, f)
}

// end marks that a start has ended.
func (t *tells) end(f *forking) {
	t.mu.Lock()
	f.ended = true
	first := t.all[0] == f
	t.mu.Unlock()
	if !first {
		return
	}
	select {
	case t.some <- struct{}{}:
	default:
	}
}

// next returns the first start if it has ended.
func (t *tells) next() *forking {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.all) == 0 || !t.all[0].ended {
		return nil
	}
	f := t.all[0]
	t.all[0] = nil
	if t.all = t.all[1:]; len(t.all) == 0 {
		t.all = nil
	}
	return f
}

// tellAll tells the specs how their starts went.
func (p *Parent) tellAll() {
	for range p.tells.some {
		for f := p.tells.next(); f != nil; f = p.tells.next() {
			f.tell(p)
		}
	}
}

func (f *forking) tell(p *Parent) {
	j := f.job
	if f.shared != nil {
		p.log.Warn("while programs with umask= are started, their umask is that of the whole daemon", "err", f.shared)
	}
	for pid, exit := range f.strangers {
		p.orphan(pid, exit)
	}
	switch {
	case j.err != nil:
		j.spec.Failed(j.err)
	case f.err != nil:
		j.close()
		j.spec.Failed(f.err)
	default:
		j.closeChild()
		j.spec.Started(&Child{PID: f.pid, Stdin: j.stdin, Stdout: j.stdout, Stderr: j.stderr})
		p.announce(f.entry)
	}
}

// announce marks that Started has returned; an exit that came before is told now.
func (p *Parent) announce(e *entry) {
	p.mu.Lock()
	e.announced = true
	exit := e.exit
	p.mu.Unlock()
	if exit != nil {
		e.exited(*exit)
	}
}
