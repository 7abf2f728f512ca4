//go:build unix

package child

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"

	"supervisord/internal/process"
)

// NewParent returns a running Parent. Close ends it. detaches says that this process is
// going to give up its stderr. orphan is told of the end of processes that are children of
// this one but were not started by it: those that a container's init or a subreaper
// inherits. It must not block.
func NewParent(log *slog.Logger, detaches bool, orphan func(pid int, e process.Exit)) (*Parent, error) {
	p := &Parent{
		log: log, detaches: detaches, orphan: orphan, patience: patience, limit: limit,
		end: make(chan struct{}), children: make(map[int]*entry), queue: queue{some: make(chan struct{}, 1)},
		turns: turns{late: make(chan *job), todo: make(chan *job), idle: make(chan struct{}, ahead)}, tells: tells{some: make(chan struct{}, 1)},
	}
	deaths := make(chan os.Signal, 1)
	signal.Notify(deaths, syscall.SIGCHLD)
	p.work.Go(func() { p.reapAll(deaths) })
	p.tables.Add(1)
	p.spawners.Go(func() { onThread(p.spawnFirst) })
	p.work.Go(p.tellAll)
	// A table that is copied while there are pipes of children holds these open, for a moment.
	p.tables.Wait()
	return p, nil
}

// Close ends the spawners and the reaper. Children go on; nobody waits for them.
func (p *Parent) Close() {
	close(p.end)
	p.spawners.Wait()
	close(p.tells.some)
	p.work.Wait()
}

func (c *Credential) syscall() *syscall.Credential {
	groups := make([]uint32, len(c.Groups))
	for i, g := range c.Groups {
		groups[i] = uint32(g)
	}
	return &syscall.Credential{Uid: uint32(c.UID), Gid: uint32(c.GID), Groups: groups}
}

// explain names the step at which a start failed: the kernel's error alone does not
// tell a missing directory from a missing interpreter.
func (j *job) explain(err error) error {
	name := errnoName(err)
	switch {
	case errors.Is(err, syscall.EAGAIN):
		return fmt.Errorf("Too many processes in process table to spawn '%s'", j.spec.Name) //nolint:staticcheck // ST1005: Python's words
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return outputError(j.spec.Name, err)
	case errors.Is(err, syscall.ENOMEM):
		return fmt.Errorf("unknown error during fork for '%s': %s", j.spec.Name, name)
	case errors.Is(err, syscall.EPERM) && j.cred != nil:
		return &ExecError{fmt.Sprintf("couldn't setuid to %d: %s", j.cred.UID, name)}
	}
	if dir := j.spec.Dir; dir != "" {
		info, serr := os.Stat(dir)
		if serr != nil {
			return &ExecError{fmt.Sprintf("couldn't chdir to %s: %s", dir, errnoName(cause(serr)))}
		}
		if !info.IsDir() {
			return &ExecError{fmt.Sprintf("couldn't chdir to %s: ENOTDIR", dir)}
		}
		if errors.Is(err, fs.ErrPermission) && !j.cred.mayEnter(dir) {
			return &ExecError{fmt.Sprintf("couldn't chdir to %s: EACCES", dir)}
		}
	}
	return &ExecError{fmt.Sprintf("couldn't exec %s: %s", j.argv[0], name)}
}

// reapAll collects every child that ends, whenever one may have. It begins with those
// that ended before anybody listened, of whom no signal tells any more.
func (p *Parent) reapAll(deaths chan os.Signal) {
	defer signal.Stop(deaths)
	for {
		for p.reap() {
		}
		select {
		case <-p.end:
			return
		case <-deaths:
		}
	}
}

// reap collects one exit and reports whether there was one.
func (p *Parent) reap() bool {
	p.mu.Lock()
	var ws unix.WaitStatus
	pid, err := unix.Wait4(-1, &ws, unix.WNOHANG, nil)
	if errors.Is(err, unix.EINTR) {
		p.mu.Unlock()
		return true
	}
	if err != nil || pid == 0 {
		p.mu.Unlock()
		return false
	}
	exit := exitOf(ws)
	e := p.children[pid]
	delete(p.children, pid)
	announced := false
	switch {
	case e != nil:
		e.exit, announced = &exit, e.announced
	case p.early.keep(pid, exit):
		p.mu.Unlock()
		return true
	}
	p.mu.Unlock()
	switch {
	case announced:
		e.exited(exit)
	case e == nil:
		p.orphan(pid, exit)
	}
	return true
}

func exitOf(ws unix.WaitStatus) process.Exit {
	if ws.Signaled() {
		return process.Exit{Code: -1, Signal: SignalName(int(ws.Signal())), Core: ws.CoreDump()}
	}
	return process.Exit{Code: ws.ExitStatus()}
}

// Signal sends a signal to a child, or to its process group. It returns ErrGone if the
// child has been reaped.
func (p *Parent) Signal(pid, sig int, group bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.children[pid] == nil {
		return ErrGone
	}
	target := pid
	if group {
		target = -pid
	}
	err := unix.Kill(target, unix.Signal(sig))
	if errors.Is(err, unix.ESRCH) {
		return ErrGone
	}
	return err
}

// SignalName returns the name of a signal, with SIG, or "signal N".
func SignalName(sig int) string {
	if name := unix.SignalName(unix.Signal(sig)); name != "" {
		return name
	}
	return fmt.Sprintf("signal %d", sig)
}

// errnoName returns ENOENT and so on, or the error's own text.
func errnoName(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		if name := unix.ErrnoName(errno); name != "" {
			return name
		}
	}
	return err.Error()
}

func mayExecute(file string) bool { return unix.Access(file, unix.X_OK) == nil }

// mayEnter reports whether c, or the daemon itself if c is nil, may change to dir: the
// mode bits of each directory on the way say so.
func (c *Credential) mayEnter(dir string) bool {
	if c == nil {
		return mayExecute(dir)
	}
	for {
		if info, err := os.Stat(dir); err == nil && !c.maySearch(info) {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir = parent
	}
}

// maySearch reports whether c may search one directory, by its mode bits.
func (c *Credential) maySearch(dir fs.FileInfo) bool {
	st, ok := dir.Sys().(*syscall.Stat_t)
	if !ok || c.UID == 0 {
		return true
	}
	mode := dir.Mode().Perm()
	switch {
	case int(st.Uid) == c.UID:
		return mode&0o100 != 0
	case c.inGroup(int(st.Gid)):
		return mode&0o010 != 0
	}
	return mode&0o001 != 0
}

func (c *Credential) inGroup(gid int) bool {
	return gid == c.GID || slices.Contains(c.Groups, gid)
}

func (j *job) openPipes(stdin int) {
	made, err := openPipes(stdin, j.spec.JoinStderr, j.cred)
	if err != nil {
		j.err = outputError(j.spec.Name, err)
		return
	}
	j.pipes = *made
}

// openExtra gets the descriptor that the child has beside its standard streams.
func (j *job) openExtra() {
	if j.childExtra, j.err = j.spec.Extra(); j.err != nil {
		j.childExtra = none
		j.close()
	}
}

// outputError says that there is nowhere for a child's output to go: Python's words,
// and what exactly went wrong.
func outputError(name string, err error) error {
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return fmt.Errorf("too many open files to spawn '%s'", name)
	}
	return fmt.Errorf("unknown error making dispatchers for '%s': %s (%w)", name, errnoName(err), err)
}
