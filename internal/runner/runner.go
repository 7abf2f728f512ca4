package runner

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"supervisord/internal/child"
	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/listener"
	"supervisord/internal/output"
)

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
