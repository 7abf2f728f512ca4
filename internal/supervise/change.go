package supervise

import (
	"supervisord/internal/config"
)

// configure gives the process another configuration. Its runner gets it when there is no
// child, at the latest before the next start. A child that is about to be replaced is
// stopped as it was started; for one that stays, all that can change live does so at once.
func (p *proc) configure(next *config.Program, replaced bool) {
	p.coming = next
	if !replaced {
		p.program, p.policy = next, policyOf(next)
	}
	var waiting []string
	for _, c := range config.DiffProgram(p.inUse, next) {
		if c.Apply != config.Live {
			waiting = append(waiting, c.Option)
		}
	}
	p.pending.Store(nil)
	if len(waiting) > 0 {
		p.pending.Store(&waiting)
	}
	if p.settle(); p.coming == nil || replaced {
		return
	}
	if r, ok := p.runner.(limiter); ok {
		r.Limit(next)
	}
}

// settle takes up the configuration that waits, if there is no child and none on its way.
func (p *proc) settle() {
	if p.coming != nil && p.childless() {
		p.takeUp()
	}
}

// takeUp takes up the configuration that waits, if any. There is no child.
func (p *proc) takeUp() {
	if p.coming == nil {
		return
	}
	p.runner.Configure(p.coming)
	p.program, p.policy, p.inUse = p.coming, policyOf(p.coming), p.coming
	p.coming = nil
	p.pending.Store(nil)
}
