package runner

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"supervisord/internal/bus"
	"supervisord/internal/child"
	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/fcgi"
	"supervisord/internal/listener"
	"supervisord/internal/output"
	"supervisord/internal/output/syslog"
	"supervisord/internal/process"
)

// Children makes Runners that run real children. Its fields are set before use.
type Children struct {
	Parent  *child.Parent
	Pump    *output.Pump
	Files   *output.Files
	Syslog  *syslog.Servers
	Bus     *bus.Bus
	Log     *slog.Logger
	Environ []string // the daemon's own environment
	Sockets fcgi.Sockets
	// Probe asks a program of readiness=tcp: or http: until it is up or ctx ends.
	Probe func(ctx context.Context, r config.Readiness)

	common atomic.Pointer[Common]
	after  sync.WaitGroup // what is left to do after children have died

	mu        sync.Mutex
	prompt    *output.Pump // for the answers of event listeners; nil before there are any
	standards map[*os.File]*standard
	rings     map[ringKey]*output.Ring
}

// Common is what the children to come have in common, by the configuration of the daemon.
type Common struct {
	ChildLogDir string // where AUTO logs go
	Identifier  string
	ServerURL   string // what a program finds in SUPERVISOR_SERVER_URL; may be empty
	StripANSI   bool
}

// SetCommon changes what children that are started from now on have in common.
func (c *Children) SetCommon(to Common) { c.common.Store(&to) }

// Common returns what SetCommon was given last.
func (c *Children) Common() Common {
	if common := c.common.Load(); common != nil {
		return *common
	}
	return Common{}
}

// New returns a Runner for one process.
func (c *Children) New(p *config.Program) *Runner {
	r := &Runner{children: c, checking: make(chan struct{}, 1), writing: make(chan struct{}, 1)}
	r.Configure(p)
	return r
}

// Configure says how the children to come are run.
func (r *Runner) Configure(p *config.Program) {
	c := r.children
	if r.holds && (p.FastCGI == nil || *p.FastCGI != *r.program().FastCGI) {
		r.Rest()
	}
	r.configured.Store(p)
	r.limited.Store(p)
	for _, channel := range channels {
		var ring *output.Ring
		if log := r.log(channel); log != nil && !slices.ContainsFunc(log.Targets, isFile) {
			ring = c.ring(ringKey{p.Group, p.Name, channel})
		}
		r.rings[channel].Store(ring)
	}
}

// program is how the children to come are run.
func (r *Runner) program() *config.Program { return r.configured.Load() }

// drainPatience is how long the output of a child may take to be written, on a disk that
// hangs, before other things happen without it.
const drainPatience = 10 * time.Second

// Close closes the Pump, after the Parent, and with it the pipes that some grandchild
// still holds. It returns when all output has been written, but does not wait for ever.
func (c *Children) Close() error {
	closed := make(chan error, 1)
	go func() {
		err := errors.Join(c.Pump.Close(), c.closePrompt())
		c.after.Wait()
		c.Sockets.Close() // those of processes that nobody could signal
		closed <- err
	}()
	select {
	case err := <-closed:
		return err
	case <-time.After(drainPatience):
		return errors.New("some of it is still being written, and left behind")
	}
}

// Runner runs the children of one process, one at a time. It implements supervise.Runner, and
// the abilities beside it that the loop asks some Runners for; what each method promises
// stands there.
type Runner struct {
	children *Children

	// configured is changed by the loop alone, while there is no child.
	configured atomic.Pointer[config.Program]
	// limited is that whose limits of log files hold: perhaps a later one.
	limited  atomic.Pointer[config.Program]
	limiting sync.Mutex // held while the limits of open files are changed

	// logs are the paths of the process's logs, once they are known.
	logs [2]atomic.Pointer[string]
	// rings keep the latest output of the streams that no file keeps; nil for the others.
	rings [2]atomic.Pointer[output.Ring]

	// status is what the child says of itself.
	status atomic.Pointer[string]

	// member hears the stdout of an event listener; nil if the program is none.
	member atomic.Pointer[listener.Member]

	stdin    stdin
	holds    bool          // the socket of a FastCGI program; only the loop touches it
	checking chan struct{} // holds a token while check is going on
	writing  chan struct{} // holds a token while somebody writes to stdin
}

// run is one child from its start to the end of its output.
type run struct {
	*Runner
	post    func(process.Input)
	pid     atomic.Int64      // zero until started
	sources [2]*output.Source // set by started
	check   *check            // nil: startsecs is all

	mu      sync.Mutex        // open may come late, after failed
	streams [2]*output.Stream // nil: not there
	over    bool              // nothing is written any more
}

// Start starts a child in the background.
func (r *Runner) Start(rank child.Rank, post func(process.Input)) {
	n := &run{Runner: r, post: post}
	n.check = n.newCheck()
	environment := r.environment()
	n.check.variables(environment.Fixed)
	extra, extraFD := n.check.extra()
	p := r.program()
	r.children.Parent.Start(&child.Spec{
		Name:        p.Name,
		Command:     p.Command,
		Dir:         p.Directory,
		Umask:       p.Umask,
		Environment: environment,
		Credential: func() (*child.Credential, error) {
			cred, err := ownCredential(p.User)
			n.check.runsAs(cred)
			return cred, err
		},
		JoinStderr: p.RedirectStderr,
		Stdin:      r.socket(),
		Rank:       rank,
		Extra:      extra,
		ExtraFD:    extraFD,
		Open:       n.open,
		Started:    n.started,
		Failed:     n.failed,
		Exited:     func(e process.Exit) { r.children.after.Go(func() { n.exited(e) }) },
	})
}

// started connects the child's pipes. It runs on the spawner's thread.
func (n *run) started(c *child.Child) {
	n.pid.Store(int64(c.PID))
	n.stdin.set(c.Stdin)
	for i, fd := range []int{c.Stdout, c.Stderr} {
		if n.streams[i] == nil {
			continue
		}
		src, err := n.pump(channels[i]).Add(fd, n.streams[i])
		if err != nil {
			n.children.Log.Error("output of "+n.program().Name+" cannot be read", "process", n.program().Name, "err", err)
			continue
		}
		n.sources[i] = src
	}
	n.post(process.Spawned{PID: c.PID})
	n.check.begin(c.PID)
}

// failed tells why there is no child. What Python's child would have said on its
// stderr goes to the program's log, which may be slow.
func (n *run) failed(err error) {
	n.post(process.SpawnFailed{Reason: err.Error()})
	n.children.after.Go(n.check.end)
	n.children.after.Go(func() {
		if _, ok := errors.AsType[*child.ExecError](err); ok {
			n.complain("supervisor: " + err.Error() + "\nsupervisor: child process was not spawned\n")
		}
		n.close()
	})
}

func (n *run) complain(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, i := range []int{1, 0} {
		if s := n.streams[i]; s != nil {
			_, _ = s.Write([]byte(text)) // the log says by itself that it cannot be written
			return
		}
	}
}

// exited writes the last words of the child before it tells of its death, which is not
// kept back for ever if that hangs. Whoever has inherited the pipes is listened to until
// the end.
func (n *run) exited(e process.Exit) {
	var once sync.Once
	tell := func() {
		n.check.end()
		n.stdin.close()
		n.post(process.Died{Exit: e})
	}
	late := time.AfterFunc(drainPatience, func() {
		once.Do(func() {
			n.children.Log.Error("the last output of "+n.program().Name+" is still being written", "process", n.program().Name)
			tell()
		})
	})
	for _, src := range n.sources {
		if src != nil {
			src.Drain()
		}
	}
	n.flush()
	late.Stop()
	once.Do(tell)
	for _, src := range n.sources {
		if src != nil {
			<-src.Done()
		}
	}
	n.close()
}

// flush writes what the streams hold back since more could belong to it.
func (n *run) flush() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range n.streams {
		if s != nil {
			_ = s.Flush() // the sinks say by themselves that they cannot be written
		}
	}
}

// close gives the streams up.
func (n *run) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.over = true
	n.closeStreams()
}

// closeStreams is called with n.mu held.
func (n *run) closeStreams() {
	for i, s := range n.streams {
		if s == nil {
			continue
		}
		if err := s.Close(); err != nil {
			n.children.Log.Error("log of "+n.program().Name+" cannot be closed", "process", n.program().Name, "err", err)
		}
		n.streams[i] = nil
	}
}

// Signal sends a signal to the child or to its process group.
func (r *Runner) Signal(pid, signal int, group bool) error {
	return r.children.Parent.Signal(pid, signal, group)
}

// checkPatience is how long a file system may take to say whether a command is there.
const checkPatience = 10 * time.Second

// Check reports why a start would fail, in the terms of startProcess. A file system that
// does not answer is asked once at a time, however many ask here.
func (r *Runner) Check(ctx context.Context) *control.Fault {
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	answer := make(chan *control.Fault, 1)
	select {
	case r.checking <- struct{}{}:
		go func() {
			answer <- r.check()
			<-r.checking
		}()
	case <-ctx.Done():
	}
	select {
	case fault := <-answer:
		return fault
	case <-ctx.Done():
		return control.NewFault(control.Failed, "no answer from the file system about the command of "+r.program().Name)
	}
}

func (r *Runner) check() *control.Fault {
	env, err := r.environment().List()
	if err != nil {
		return control.NewFault(control.Failed, err.Error())
	}
	_, _, err = child.Lookup(r.program().Command, child.Path(env), r.program().Directory)
	switch {
	case errors.Is(err, child.ErrNoFile):
		return control.NewFault(control.NoFile, err.Error())
	case err != nil:
		return control.NewFault(control.NotExecutable, err.Error())
	}
	return nil
}

// environment returns what the child's environment is made of (Python's manual,
// "Subprocess Environment").
func (r *Runner) environment() child.Environment {
	p := r.program()
	fixed := map[string]string{
		"SUPERVISOR_ENABLED":      "1",
		"SUPERVISOR_PROCESS_NAME": p.Name,
		"SUPERVISOR_GROUP_NAME":   p.Group,
	}
	url := p.ServerURL
	if url == "" || strings.EqualFold(url, "auto") {
		url = r.children.Common().ServerURL
	}
	if url != "" {
		fixed["SUPERVISOR_SERVER_URL"] = url
	}
	return child.Environment{Base: r.children.Environ, Fixed: fixed, Files: p.EnvFiles, Set: p.Environment}
}
