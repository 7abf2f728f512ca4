package supervise

import (
	"context"

	"supervisord/internal/event"
	"supervisord/internal/listener"
	"supervisord/internal/process"
)

// audience is the optional ability of a Runner to bring events to its process.
type audience interface {
	listener.Process
	// Listen says who hears the stdout of the children to come; nil: nobody. It is called
	// while there is no child.
	Listen(m *listener.Member)
}

// enlist opens the pool of a group of event listeners, so that they hear of what comes
// from now on.
func (l *Loop) enlist(g *group) {
	if g.config.Listener == nil {
		return
	}
	g.pool = l.pools.Open(g.poolOptions())
	for _, p := range g.procs {
		l.join(p)
	}
}

// poolOptions describes the pool of a group of event listeners.
func (g *group) poolOptions() listener.Options {
	c := g.config.Listener
	o := listener.Options{Name: g.name, Size: c.BufferSize, Timeout: c.EventTimeout}
	for _, name := range c.Events {
		o.Types = append(o.Types, event.Type(name))
	}
	for _, p := range g.procs {
		o.Talks = o.Talks || p.program.Stderr.EventsEnabled || p.program.Stderr.CaptureMaxBytes > 0
	}
	return o
}

// join makes a process part of the pool of its group, if that has one.
func (l *Loop) join(p *proc) {
	if r, ok := p.runner.(audience); ok && p.group.pool != nil {
		p.member = p.group.pool.Join(p.name, r, func() { l.giveUp(p) })
		r.Listen(p.member)
	}
}

// leave is the opposite of join.
func (l *Loop) leave(p *proc) {
	if p.member == nil {
		return
	}
	if r, ok := p.runner.(audience); ok {
		r.Listen(nil)
	}
	if p.group.pool != nil {
		p.group.pool.Leave(p.member)
	}
	p.member = nil
}

// dismiss closes the pool of a group, if it has one.
func (l *Loop) dismiss(g *group) {
	if g.pool != nil {
		g.pool.Close()
		g.pool = nil
	}
}

func (l *Loop) dismissAll() {
	for _, g := range l.groups {
		l.dismiss(g)
	}
}

// giveUp kills a listener that does not come to an end with its event, on the goroutine
// of a timer. Whether it starts again is for autorestart to say, as after any death.
func (l *Loop) giveUp(p *proc) {
	// Whether the loop is over is of no interest any more.
	_ = l.do(context.Background(), func() {
		if p.state.PID == 0 || p.state.Phase != process.Running || !p.member.Overdue() {
			return
		}
		kill := process.Kill{PID: p.state.PID, Signal: process.SIGKILL, Group: p.policy.KillAsGroup, Forced: true}
		if err := l.kill(p, kill); err != nil {
			l.step(p, process.SignalFailed{Reason: err.Error()})
		}
	})
}

// ListenerStats returns the figures of the pools of event listeners. It may be called
// from any goroutine.
func (l *Loop) ListenerStats() []listener.Stats { return l.pools.Stats() }
