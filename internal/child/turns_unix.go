//go:build unix

package child

import (
	"fmt"
	"sync"
	"time"
)

// turns gives the spawners their jobs, one at a time and in the order of the starts: the
// one whose turn it is holds mu, also while there is nothing to do.
type turns struct {
	mu    sync.Mutex
	next  []*job // being prepared, or ready, in their order
	hangs bool   // the latest preparation: one file system that hangs holds up the queue once
	late  chan *job
	todo  chan *job      // to those who prepare
	idle  chan struct{}  // holds a token for each of them that waits
	rank  Rank           // of the latest job
	busy  sync.WaitGroup // forks going on
}

// take waits for its turn and for a start whose preparation has ended. It returns nil
// when no more are to come. Whoever takes one has to fork it and to say that it is done.
func (p *Parent) take() *forking {
	t := &p.turns
	t.mu.Lock()
	defer t.mu.Unlock()
	j := p.ready()
	if j == nil {
		return nil
	}
	if j.spec.Rank != t.rank {
		t.busy.Wait()
		t.rank = j.spec.Rank
	}
	t.busy.Add(1)
	f := &forking{job: j}
	p.tells.begin(f)
	return f
}

// ready waits for a job that can be forked. Called with turns.mu held.
func (p *Parent) ready() *job {
	t := &p.turns
	for {
		p.prepareSome()
		if len(t.next) == 0 {
			select {
			case <-p.end:
				return nil
			case j := <-t.late:
				return j
			case <-p.queue.some:
			}
			continue
		}
		select {
		case j := <-t.late:
			return j
		default:
		}
		j := t.next[0]
		t.next = t.next[1:]
		if t.hangs = !p.waitReady(j, t.hangs); !t.hangs {
			return j
		}
		p.work.Go(func() { p.waitLate(j) })
	}
}

// prepareSome begins the next preparations. Called with turns.mu held.
func (p *Parent) prepareSome() {
	t := &p.turns
	for len(t.next) < ahead {
		j := p.queue.pop()
		if j == nil {
			return
		}
		j.begun = time.Now()
		t.next = append(t.next, j)
		select {
		case t.todo <- j:
		default:
			go p.prepare(j) // may hang for ever; see waitLate
		}
	}
}

// prepare prepares one job after the other, on a stack that has grown once: the first,
// and then what comes, unless enough others wait for that.
func (p *Parent) prepare(j *job) {
	t := &p.turns
	for {
		j.prepare()
		select {
		case t.idle <- struct{}{}:
		default:
			return
		}
		select {
		case j = <-t.todo:
			<-t.idle
		case <-p.end:
			return
		}
	}
}

// waitLate brings back a job whose preparation took too long, once it has ended. One
// that takes longer than that has failed.
func (p *Parent) waitLate(j *job) {
	timer := time.NewTimer(p.limit)
	defer timer.Stop()
	select {
	case <-j.ready:
		select {
		case p.turns.late <- j:
		case <-p.end:
			j.abandon()
		}
	case <-timer.C:
		go j.abandon()
		j.spec.Failed(fmt.Errorf("no answer from the file system while preparing to spawn '%s'", j.spec.Name))
	case <-p.end:
		go j.abandon()
	}
}

// abandon releases what a job that will never run opens, once it has.
func (j *job) abandon() {
	<-j.ready
	if j.err == nil {
		j.close()
	}
}
