package supervise

import (
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"supervisord/internal/child"
	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/output"
	"supervisord/internal/process"
)

// Children makes Runners that run real children. Its fields are set before use.
type Children struct {
	Parent      *child.Parent
	Pump        *output.Pump
	Files       *output.Files
	Log         *slog.Logger
	ChildLogDir string // where AUTO logs go
	Identifier  string
	ServerURL   string // what a program finds in SUPERVISOR_SERVER_URL; may be empty
	StripANSI   bool
	Environ     []string // the daemon's own environment

	after sync.WaitGroup // what is left to do after children have died
}

// New returns a Runner for one process.
func (c *Children) New(p *config.Program) Runner { return &runner{children: c, program: p} }

// Wait returns when the output of every child that died has been written. Close the
// Pump first to give up the pipes that some grandchild still holds.
func (c *Children) Wait() { c.after.Wait() }

// runner implements Runner for one process.
type runner struct {
	children *Children
	program  *config.Program

	// logs are the paths of the process's logs, once they are known.
	logs [2]atomic.Pointer[string]

	stdin stdin
}

// run is one child from its start to the end of its output.
type run struct {
	*runner
	post    func(process.Input)
	sources [2]*output.Source // set by started

	mu      sync.Mutex        // open may come late, after failed
	streams [2]*output.Stream // nil: not there
	over    bool              // nothing is written any more
}

// Start starts a child in the background.
func (r *runner) Start(post func(process.Input)) {
	n := &run{runner: r, post: post}
	p := r.program
	r.children.Parent.Start(&child.Spec{
		Name:        p.Name,
		Command:     p.Command,
		Dir:         p.Directory,
		Umask:       p.Umask,
		Environment: r.environment(),
		Credential:  func() (*child.Credential, error) { return ownCredential(p.User) },
		JoinStderr:  p.RedirectStderr,
		Open:        n.open,
		Started:     n.started,
		Failed:      n.failed,
		Exited:      func(e process.Exit) { r.children.after.Go(func() { n.exited(e) }) },
	})
}

// started connects the child's pipes. It runs on the spawner's thread.
func (n *run) started(c *child.Child) {
	n.stdin.set(c.Stdin)
	for i, fd := range []int{c.Stdout, c.Stderr} {
		if n.streams[i] == nil {
			continue
		}
		src, err := n.children.Pump.Add(fd, n.streams[i])
		if err != nil {
			n.children.Log.Error("output of "+n.program.Name+" cannot be read", "process", n.program.Name, "err", err)
			continue
		}
		n.sources[i] = src
	}
	n.post(process.Spawned{PID: c.PID})
}

// failed tells why there is no child. What Python's child would have said on its
// stderr goes to the program's log.
func (n *run) failed(err error) {
	if _, ok := errors.AsType[*child.ExecError](err); ok {
		n.complain("supervisor: " + err.Error() + "\nsupervisor: child process was not spawned\n")
	}
	n.close()
	n.post(process.SpawnFailed{Reason: err.Error()})
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

// exited writes the last words of the child before it tells of its death. Whoever has
// inherited the pipes is listened to until the end.
func (n *run) exited(e process.Exit) {
	for _, src := range n.sources {
		if src != nil {
			src.Drain()
		}
	}
	n.stdin.close()
	n.post(process.Died{Exit: e})
	for _, src := range n.sources {
		if src != nil {
			<-src.Done()
		}
	}
	n.close()
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
			n.children.Log.Error("log of "+n.program.Name+" cannot be closed", "process", n.program.Name, "err", err)
		}
		n.streams[i] = nil
	}
}

// Signal sends a signal to the child or to its process group.
func (r *runner) Signal(pid, signal int, group bool) error {
	return r.children.Parent.Signal(pid, signal, group)
}

// Check reports why a start would fail, in the terms of startProcess.
func (r *runner) Check() *control.Fault {
	vars, err := r.environment().Variables()
	if err != nil {
		return control.NewFault(control.Failed, err.Error())
	}
	_, _, err = child.Lookup(r.program.Command, vars["PATH"], r.program.Directory)
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
func (r *runner) environment() child.Environment {
	p := r.program
	fixed := map[string]string{
		"SUPERVISOR_ENABLED":      "1",
		"SUPERVISOR_PROCESS_NAME": p.Name,
		"SUPERVISOR_GROUP_NAME":   p.Group,
	}
	url := p.ServerURL
	if url == "" || strings.EqualFold(url, "auto") {
		url = r.children.ServerURL
	}
	if url != "" {
		fixed["SUPERVISOR_SERVER_URL"] = url
	}
	return child.Environment{Base: r.children.Environ, Fixed: fixed, Files: p.EnvFiles, Set: p.Environment}
}

// ownCredential returns the user to switch to, nil if the daemon is that user already.
func ownCredential(user string) (*child.Credential, error) {
	cred, err := credentialOf(user)
	if err != nil || cred == nil {
		return nil, err
	}
	if os.Getuid() == cred.UID && os.Getgid() == cred.GID {
		return nil, nil //nolint:nilnil // no switch is no error
	}
	if os.Getuid() != 0 {
		return nil, child.CannotSwitch(cred.UID, "Can't drop privilege as nonroot user")
	}
	return cred, nil
}
