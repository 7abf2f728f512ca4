package daemon

import (
	"context"
	"os"
	"syscall"

	"supervisord/internal/child"
	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/supervise"
)

// handleSignals does what signals ask for, until ctx ends.
func (g *generation) handleSignals(ctx context.Context, signals <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-signals:
			g.handle(ctx, s)
		}
	}
}

// request is what a signal asks for.
type request int

const (
	ignore request = iota // and say so
	nothing
	exit
	restart
	reopen
)

func (g *generation) handle(ctx context.Context, s os.Signal) {
	name := signalName(s)
	switch meanings[s] {
	case exit:
		g.log.Warn(event.ExitRequested(name))
		g.report("shutdown", g.loop.Shutdown(ctx))
	case restart:
		if info, err := g.loop.Supervisor(ctx); err == nil && info.Mood == control.MoodShutdown {
			g.log.Warn(event.RestartIgnored(name))
			return
		}
		g.log.Warn(event.RestartRequested(name))
		// Reading the configuration may take its time; other signals must not wait.
		g.aside.Go(func() { g.report("restart", restarter{g.loop, g}.Restart(ctx)) })
	case reopen:
		g.log.Info(event.ReopenRequested(name))
		g.report("log reopen", g.loop.ReopenLogs(ctx))
	case ignore:
		g.log.Warn(event.SignalIgnored(name))
	case nothing:
	}
}

func signalName(s os.Signal) string {
	if sig, ok := s.(syscall.Signal); ok {
		return child.SignalName(int(sig))
	}
	return s.String()
}

func (g *generation) report(what string, err error) {
	if err != nil {
		g.log.Error(what+" refused", "err", err)
	}
}

// restarter is the loop, but for one thing: before everything stops for a restart, the
// new configuration must be good. Python finds out afterwards, and dies of it.
type restarter struct {
	*supervise.Loop
	g *generation
}

// Restart begins a restart if the configuration file can be used.
func (r restarter) Restart(ctx context.Context) error {
	next, err := load(r.g.o)
	if err != nil {
		return control.NewFault(control.CantReread, err.Error())
	}
	r.g.next.Store(next)
	return r.Loop.Restart(ctx)
}
