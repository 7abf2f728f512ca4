//go:build unix

package pidproxy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// Options say what to run.
type Options struct {
	PIDFile string
	Command []string // at least one word; searched for in PATH
	// The standard streams of the command. Messages go to Stderr.
	Stdin, Stdout, Stderr *os.File
}

// Exit codes of a command that cannot be run, as those of shells.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
	exitSignalled     = 128 // plus the number of the signal
)

// exitUnknown is the exit code when a program has ended that nobody told to, and nobody
// knows how: it should have gone on.
const exitUnknown = 1

const (
	// settling is how long a command that has ended may leave us without a pidfile.
	settling = 10 * time.Second
	// again is how often to look for it meanwhile.
	again = 50 * time.Millisecond
	// later is how often to look for it after that.
	later = time.Second
	// maxOrphans is how many of those that have ended are remembered.
	maxOrphans = 100
	// nudge is how long a command may run after its program was stopped before it is
	// told to stop too.
	nudge = time.Second
)

// forwarded are the signals that are passed on; stops are those that mean an end.
var (
	forwarded = []os.Signal{unix.SIGTERM, unix.SIGHUP, unix.SIGINT, unix.SIGUSR1, unix.SIGUSR2, unix.SIGQUIT}
	stops     = map[unix.Signal]bool{unix.SIGTERM: true, unix.SIGINT: true, unix.SIGQUIT: true}
)

// Run runs the command and returns the exit code for this process: that of the program in
// the background, or of the command if there is none; 128 and its number for a signal, but
// zero for that with which it was told to stop.
func Run(o Options) int {
	p := &proxy{o: o}
	signals, deaths := make(chan os.Signal, 16), make(chan os.Signal, 1)
	signal.Notify(signals, forwarded...)
	signal.Notify(deaths, unix.SIGCHLD)
	defer signal.Stop(signals)
	defer signal.Stop(deaths)
	if code, err := p.start(); err != nil {
		p.say("%v", err)
		return code
	}
	for {
		code, over := p.over()
		if over {
			return code
		}
		timer := time.NewTimer(p.patience())
		select {
		case s := <-signals:
			p.forward(s.(unix.Signal)) //nolint:forcetypeassert // all of this system are
		case <-deaths:
			p.reap()
		case <-p.daemon.ended():
			p.reap() // its exit status may be there
			p.daemon.gone = true
			p.succeed()
		case <-timer.C:
			p.wake()
		}
		timer.Stop()
	}
}

// proxy is the state of Run, whose goroutine alone touches it.
type proxy struct {
	o      Options
	before content // of the pidfile before the start

	command  int // its pid
	done     bool
	status   status    // of the command once it is done
	since    time.Time // when it was done
	outlived bool      // the daemon was gone before
	missed   bool      // it was said that there is no pidfile
	children bool      // there may be some
	adopts   bool      // without children there is nobody to wait for

	// orphans are those that ended before a daemon was known: one of them may be it.
	orphans map[int]status

	daemon   *target     // the process in the background; nil: none is known
	stopping unix.Signal // the last that means an end; zero: none came
}

// status is how a process ended.
type status struct {
	known bool
	unix.WaitStatus
}

// start starts the command.
func (p *proxy) start() (code int, err error) {
	file, err := exec.LookPath(p.o.Command[0])
	if err != nil && !errors.Is(err, exec.ErrDot) {
		if errors.Is(err, fs.ErrPermission) {
			return exitNotExecutable, err
		}
		return exitNotFound, err
	}
	p.before, _ = readPIDFile(p.o.PIDFile) // usually it is not there
	p.adopts = adoptOrphans()
	proc, err := os.StartProcess(file, p.o.Command, &os.ProcAttr{Files: []*os.File{p.o.Stdin, p.o.Stdout, p.o.Stderr}})
	if err != nil {
		return exitNotExecutable, err
	}
	p.command, p.children = proc.Pid, true
	_ = proc.Release() // reap waits for it
	return 0, nil
}

// reap collects all children that have ended.
func (p *proxy) reap() {
	for {
		var ws unix.WaitStatus
		pid, err := unix.Wait4(-1, &ws, unix.WNOHANG, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			p.children = false
			return
		case pid == 0:
			return
		case pid == p.command && !p.done:
			p.done, p.status, p.since = true, status{true, ws}, time.Now()
			p.outlived = p.daemon != nil && (p.daemon.gone || p.daemon.collected())
			p.settle()
		}
		switch {
		case p.daemon == nil:
			p.note(pid, status{true, ws})
		case pid == p.daemon.pid:
			p.daemon.status = status{true, ws}
		}
	}
}

// note keeps the status of an orphan, for a while: a command may leave any number of them.
func (p *proxy) note(pid int, s status) {
	if p.orphans == nil || len(p.orphans) >= maxOrphans {
		p.orphans = make(map[int]status)
	}
	p.orphans[pid] = s
}

// settle looks for the program that the command has left behind.
func (p *proxy) settle() {
	if p.daemon.alive() {
		return
	}
	p.succeed()
	if code := p.code(p.status); code != 0 && p.daemon.alive() {
		p.say("the command has failed (exit code %d), but process %d of %s runs", code, p.daemon.pid, p.o.PIDFile)
	}
}

// succeed follows the process in the pidfile, if there is one: the first, or one that
// took over from the one that has gone. It must not escape a stop.
func (p *proxy) succeed() {
	pid, err := p.look()
	if err != nil {
		return
	}
	p.follow(pid)
	if p.stopping != 0 && p.daemon.alive() {
		p.send("process", pid, p.daemon.signal(p.stopping))
	}
}

// over reports whether all has ended, and how.
func (p *proxy) over() (code int, over bool) {
	switch {
	case !p.done || p.daemon.alive():
		return 0, false
	case p.daemon != nil && !p.outlived:
		return p.code(p.daemon.status), true
	case p.daemon != nil, p.code(p.status) != 0:
		return p.code(p.status), true
	case p.adopts && !p.children: // nobody is there
	case time.Since(p.since) < settling, p.adopts && p.stopping == 0:
		return 0, false // somebody may yet write a pidfile
	}
	if c, err := readPIDFile(p.o.PIDFile); err == nil && c.pid != p.command && !c.same(p.before) {
		p.say("process %d of %s has ended at once", c.pid, p.o.PIDFile)
		return p.code(p.orphans[c.pid]), true
	}
	return 0, true
}

// code is the exit code that tells of s.
func (p *proxy) code(s status) int {
	switch {
	case s.known && s.Exited():
		return s.ExitStatus()
	case s.known && s.Signal() != p.stopping:
		return exitSignalled + int(s.Signal())
	case !s.known && p.stopping == 0:
		return exitUnknown
	}
	return 0
}

// patience is how long to wait for something to happen.
func (p *proxy) patience() time.Duration {
	switch {
	case p.done && !p.daemon.alive() && p.missed:
		return later
	case p.done && !p.daemon.alive():
		return again
	case p.awaitsCommand():
		return nudge
	}
	return time.Hour
}

// awaitsCommand reports whether only the command is left of what was to be stopped.
func (p *proxy) awaitsCommand() bool {
	return !p.done && p.stopping != 0 && p.daemon != nil && p.daemon.gone
}

// wake does what was put off.
func (p *proxy) wake() {
	switch {
	case p.done && !p.daemon.alive():
		p.succeed()
		if p.daemon == nil && !p.missed && time.Since(p.since) >= settling {
			p.missed = true
			p.say("no process in %s %v after the command has ended", p.o.PIDFile, settling)
		}
	case p.awaitsCommand():
		p.send("command", p.command, unix.Kill(p.command, p.stopping))
	}
}

// forward passes a signal on.
func (p *proxy) forward(s unix.Signal) {
	if stops[s] {
		p.stopping = s
	}
	pid, err := p.look()
	if err == nil {
		p.follow(pid)
	} else if !p.daemon.alive() {
		p.say("Can't read child pidfile %s! (%v)", p.o.PIDFile, err) // Python's words, and why
		if stops[s] && !p.done {
			p.send("command", p.command, unix.Kill(p.command, s))
		}
		return
	}
	p.send("process", p.daemon.pid, p.daemon.signal(s))
}

// send complains of a signal that was not sent.
func (p *proxy) send(what string, pid int, err error) {
	if err != nil && !errors.Is(err, unix.ESRCH) {
		p.say("%s %d cannot be signalled: %v", what, pid, err)
	}
}

// look returns the live process that the pidfile names. That of the daemon that has gone
// is one that nobody has waited for, or another by now. A pidfile from before the start may be that of a process long gone, whose pid has been given to another since.
func (p *proxy) look() (pid int, err error) {
	c, err := readPIDFile(p.o.PIDFile)
	if err != nil {
		return 0, err
	}
	gone := p.daemon != nil && p.daemon.gone && p.daemon.pid == c.pid
	if gone || c.pid == p.command && p.done || !isAlive(c.pid) {
		return 0, fmt.Errorf("process %d has ended", c.pid)
	}
	if c.same(p.before) && startedAfter(c.pid, c.written) {
		return 0, fmt.Errorf("process %d is younger than the pidfile, and another one", c.pid)
	}
	return c.pid, nil
}

// follow makes pid what is waited for.
func (p *proxy) follow(pid int) {
	if p.daemon.alive() && p.daemon.pid == pid {
		return
	}
	t, err := newTarget(pid)
	if err != nil {
		p.say("process %d cannot be followed: %v", pid, err)
		return
	}
	p.daemon.forget()
	p.daemon = t
}

// say writes a message.
func (p *proxy) say(format string, args ...any) {
	_, _ = fmt.Fprintf(p.o.Stderr, "pidproxy: "+format+"\n", args...) // nobody to tell if stderr is closed
}
