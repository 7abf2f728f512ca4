//go:build unix

package child

import (
	"fmt"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"supervisord/internal/process"
)

// spawnAll forks the queued children, one by one, on a thread of its own: a thread
// that has its own umask and working directory (unshare) can lend them to a child
// without touching the rest of the program. It has its own descriptors too, so that
// nothing but fork may be called here that uses any.
func (p *Parent) spawnAll() {
	defer close(p.forked)
	p.shared = unshareFS()
	var err error
	if p.table, err = ownTable(); err != nil { // so that the log can be used here
		p.log.Debug("starts take the longer the more descriptors are open", "err", err)
	}
	var next []*job // being prepared, or ready, in their order
	late := make(chan *job)
	hangs := false // the latest preparation: one file system that hangs holds up the queue once
	for {
		for len(next) < ahead {
			j := p.queue.pop()
			if j == nil {
				break
			}
			j.begun = time.Now()
			go j.prepare() // may hang for ever; see waitLate
			next = append(next, j)
		}
		if len(next) > 0 {
			j := next[0]
			next = next[1:]
			if hangs = !p.waitReady(j, hangs); !hangs {
				p.spawn(j)
			} else {
				p.work.Go(func() { p.waitLate(j, late) })
			}
		}
		if len(next) > 0 {
			select {
			case j := <-late:
				p.spawn(j)
			default:
			}
			continue
		}
		select {
		case <-p.end:
			return
		case j := <-late:
			p.spawn(j)
		case <-p.queue.some:
		}
	}
}

// waitLate brings back a job whose preparation took too long, once it has ended. One
// that takes longer than that has failed.
func (p *Parent) waitLate(j *job, late chan<- *job) {
	timer := time.NewTimer(p.limit)
	defer timer.Stop()
	select {
	case <-j.ready:
		select {
		case late <- j:
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

// forked is how a start went.
type forked struct {
	job       *job
	pid       int
	entry     *entry
	err       error
	strangers map[int]process.Exit // that ended meanwhile
	shared    error                // why the umask was that of the whole daemon
}

// spawn forks one child.
func (p *Parent) spawn(j *job) {
	f := forked{job: j, err: j.err}
	if j.err == nil {
		f.err = p.fork(j, &f)
	}
	p.forked <- f
}

// fork starts the child and registers it.
func (p *Parent) fork(j *job, f *forked) error {
	files, err := p.table.lend(j.childFiles())
	if err != nil {
		return outputError(j.spec.Name, err)
	}
	defer p.table.giveBack(files)
	attr := &syscall.ProcAttr{
		Dir:   j.spec.Dir,
		Env:   j.env,
		Files: files,
		Sys:   &syscall.SysProcAttr{Setpgid: true},
	}
	if j.cred != nil {
		attr.Sys.Credential = j.cred.syscall()
	}
	if j.spec.Umask != nil {
		f.shared, p.shared = p.shared, nil // said once
		defer unix.Umask(unix.Umask(int(*j.spec.Umask)))
	}
	p.mu.Lock()
	p.forking = true
	p.mu.Unlock()
	pid, err := syscall.ForkExec(j.file, j.argv, attr)
	f.pid = pid
	f.entry, f.strangers = p.register(pid, err == nil, j.spec)
	if err != nil {
		return j.explain(err)
	}
	return nil
}

// execFailed is the exit status of a child of syscall.ForkExec that could not become
// the program. ForkExec waits for it, but the reaper may be faster.
const execFailed = 253

// register ends a fork. Exits that came in the meantime find their owner, the new child,
// or are those of strangers.
func (p *Parent) register(pid int, spawned bool, s *Spec) (e *entry, strangers map[int]process.Exit) {
	e = &entry{exited: s.Exited}
	p.mu.Lock()
	p.forking = false
	early := p.early
	p.early = nil
	if spawned {
		if exit, ended := early[pid]; ended && !alive(pid) {
			e.exit = &exit
			delete(early, pid)
		} else {
			p.children[pid] = e
		}
	}
	p.mu.Unlock()
	for stranger, exit := range early {
		if !spawned && exit.Code == execFailed {
			delete(early, stranger) // that was the child; a second one was not
			break
		}
	}
	return e, early
}

// tellAll tells the specs how their starts went.
func (p *Parent) tellAll() {
	for f := range p.forked {
		f.tell(p)
	}
}

func (f *forked) tell(p *Parent) {
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
