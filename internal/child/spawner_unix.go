//go:build unix

package child

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// spawners is how many threads fork. While the kernel loads a program, whoever has forked
// it has to wait; the other one goes on with the next.
const spawners = 2

// spawner forks children on a thread of its own: a thread that has its own umask and
// working directory (unshare) can lend them to a child without touching the rest of the
// program. It has its own descriptors too, so that nothing but fork may be called there
// that uses any.
type spawner struct {
	*Parent
	shared error  // why its umask is that of the whole daemon, if it is
	table  *table // of its descriptors; nil: it has none of its own
}

// spawnFirst is the spawner that is always there. The others come if they do not share
// their umask.
func (p *Parent) spawnFirst() {
	s := &spawner{Parent: p, shared: unshareFS()}
	if s.shared == nil {
		for range spawners - 1 {
			p.tables.Add(1)
			p.spawners.Go(func() { onThread(p.spawnBeside) })
		}
	}
	s.run()
}

func (p *Parent) spawnBeside() {
	if unshareFS() != nil {
		p.tables.Done()
		return
	}
	(&spawner{Parent: p}).run()
}

func (s *spawner) run() {
	var err error
	if s.table, err = ownTable(s.detaches); err != nil { // so that the log can be used here
		s.log.Debug("starts take the longer the more descriptors are open", "err", err)
	}
	s.tables.Done()
	for f := s.take(); f != nil; f = s.take() {
		if f.err = f.job.err; f.err == nil {
			f.err = s.fork(f)
		}
		s.turns.busy.Done()
		s.tells.end(f)
	}
}

// fork starts the child and registers it.
func (s *spawner) fork(f *forking) error {
	j := f.job
	files, err := s.table.lend(j.childFiles())
	if err != nil {
		return outputError(j.spec.Name, err)
	}
	defer s.table.giveBack(files)
	attr := &syscall.ProcAttr{
		Dir:   j.spec.Dir,
		Env:   j.env,
		Files: placed(files, j.spec.ExtraFD),
		Sys:   &syscall.SysProcAttr{Setpgid: true},
	}
	if j.cred != nil {
		attr.Sys.Credential = j.cred.syscall()
	}
	if j.spec.Umask != nil {
		f.shared, s.shared = s.shared, nil // said once
		defer unix.Umask(unix.Umask(int(*j.spec.Umask)))
	}
	s.mu.Lock()
	number := s.early.begin()
	s.mu.Unlock()
	f.pid, err = syscall.ForkExec(j.file, j.argv, attr)
	s.register(f, number, err == nil)
	if err != nil {
		return j.explain(err)
	}
	return nil
}

// register ends a fork. Exits that came in the meantime find their owner, the new child,
// or are those of strangers.
func (p *Parent) register(f *forking, number uint64, spawned bool) {
	f.entry = &entry{exited: f.job.spec.Exited}
	p.mu.Lock()
	defer p.mu.Unlock()
	if spawned {
		kept, ended := p.early.exits[f.pid]
		if ended && (p.children[f.pid] != nil || !alive(f.pid)) {
			delete(p.early.exits, f.pid)
			f.entry.exit = &kept.exit
		} else { // an exit was that of somebody who had the pid before
			p.children[f.pid] = f.entry
		}
	}
	f.strangers = p.early.end(number, !spawned)
}
