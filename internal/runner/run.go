package runner

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"supervisord/internal/child"
	"supervisord/internal/output"
	"supervisord/internal/process"
)

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
