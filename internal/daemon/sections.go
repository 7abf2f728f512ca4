package daemon

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/runner"
	"supervisord/internal/supervise"
)

// sections are the parts of the configuration that are the daemon's own, as they are in
// use. It implements supervise.Sections.
type sections struct {
	g *generation

	mu     sync.Mutex
	active *config.Config // what is in use; of programs it knows nothing
	over   bool           // the generation is closing
}

// close keeps an update that comes too late from opening anything.
func (s *sections) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
}

// Plan says in which sections a configuration differs from what is in use.
func (s *sections) Plan(next *config.Config) []control.SectionPlan {
	s.mu.Lock()
	defer s.mu.Unlock()
	return supervise.PlanSections(s.active, next)
}

// Prepare opens the log and the servers of a configuration.
func (s *sections) Prepare(next *config.Config) (supervise.Exchange, error) {
	s.mu.Lock()
	adopted := config.Adopt(s.active, next)
	s.mu.Unlock()
	all, err := specs(adopted)
	if err != nil {
		return nil, err
	}
	x := &exchange{s: s, next: next, adopted: adopted}
	if x.log, err = s.g.log.prepare(adopted.Supervisord); err != nil {
		return nil, err
	}
	if x.servers, err = s.g.servers.rebind(all); err != nil {
		s.g.log.abandon(x.log)
		return nil, err
	}
	return x, nil
}

// exchange is a change of the sections that is prepared.
type exchange struct {
	s             *sections
	next, adopted *config.Config
	log           *logOutlets
	servers       *rebinding
}

// Abandon closes what Prepare has opened.
func (x *exchange) Abandon() {
	x.servers.abandon()
	x.s.g.log.abandon(x.log)
}

// Make uses what Prepare has opened, and changes what needs no preparation.
func (x *exchange) Make() []control.SectionPlan {
	s, g := x.s, x.s.g
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		x.Abandon()
		x.servers.leave = nil // they were closed
		return nil
	}
	plans := supervise.PlanSections(s.active, x.next)
	g.log.exchange(x.log)
	problems := x.servers.make()
	maps.Copy(problems, g.hooks.update(x.adopted.Webhooks))
	g.children.SetCommon(commonOf(x.adopted, g.servers.url()))
	for i := range plans {
		p := &plans[i]
		if err := problems[p.Name]; err != nil {
			p.Problem = err.Error()
		}
		g.say(p)
	}
	x.adopted.Webhooks = g.hooks.configured()
	x.adopted.UnixServers = keepFailed(s.active.UnixServers, x.adopted.UnixServers, problems)
	s.active = x.adopted
	return plans
}

// Finish closes the servers that are not used any more.
func (x *exchange) Finish() { x.servers.finish() }

// keepFailed returns next with those servers as they were with which there were problems,
// so that the next update tries them again.
func keepFailed(old, next []config.UnixServer, problems map[string]error) []config.UnixServer {
	kept := slices.Clone(next)
	for i, u := range kept {
		at := slices.IndexFunc(old, func(was config.UnixServer) bool { return was.Section == u.Section })
		if problems[u.Section] != nil && at >= 0 {
			kept[i] = old[at]
		}
	}
	return kept
}

// say logs what became of a section.
func (g *generation) say(p *control.SectionPlan) {
	if p.Problem != "" {
		g.log.Error("["+p.Name+"] has problems: "+p.Problem, "section", p.Name)
	} else if p.Applied() {
		g.log.Info("["+p.Name+"] "+string(p.Fate), "section", p.Name)
	}
	if left := p.AfterRestart(); len(left) > 0 {
		g.log.Warn("["+p.Name+"] needs a restart of the daemon: "+strings.Join(left, ", "), "section", p.Name)
	}
}

// commonOf is what programs have in common by a configuration.
func commonOf(c *config.Config, url string) runner.Common {
	d := c.Supervisord
	return runner.Common{ChildLogDir: d.ChildLogDir, Identifier: d.Identifier, StripANSI: d.StripANSI, ServerURL: url}
}
