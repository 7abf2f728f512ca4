package runner

import (
	"supervisord/internal/config"
	"supervisord/internal/event"
	"supervisord/internal/listener"
	"supervisord/internal/output"
)

// Listen says who hears the stdout of the children to come, which is what event listeners
// answer on; nil: nobody.
func (r *Runner) Listen(m *listener.Member) {
	r.member.Store(m)
	if m != nil {
		r.children.openPrompt()
	}
}

// answers reports whether a stream is what a listener answers on: its bytes are the
// protocol's, so that they are logged as they are, and no part of them is an event.
func (r *Runner) answers(channel event.Channel) bool {
	return r.member.Load() != nil && channel == event.Stdout
}

// openAnswers opens the stream of a listener's stdout.
func (n *run) openAnswers(channel event.Channel, log *config.StreamLog) (*output.Stream, error) {
	plain := *log
	plain.EventsEnabled = false
	sinks, err := n.sinks(channel, &plain)
	if err != nil {
		closeSinks(sinks)
		return nil, err
	}
	taps, err := n.taps(channel, &plain)
	if err != nil {
		closeSinks(append(sinks, taps...))
		return nil, err
	}
	return output.NewStream(output.StreamOptions{
		Sinks: sinks, Taps: append(taps, n.member.Load().Voice()), Format: n.format(channel),
	}), nil
}

// openPrompt makes the pump for the answers of listeners. The other one lets bytes
// gather, which saves much with programs that write lines, but each event waits for the
// answer to the one before.
func (c *Children) openPrompt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.prompt != nil {
		return
	}
	p, err := output.NewPump(c.Log)
	if err != nil {
		c.Log.Error("event listeners will be slow", "err", err)
		return
	}
	p.SetPrompt()
	c.prompt = p
}

func (c *Children) closePrompt() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.prompt == nil {
		return nil
	}
	return c.prompt.Close()
}

// pump returns what reads a stream.
func (n *run) pump(channel event.Channel) *output.Pump {
	n.children.mu.Lock()
	defer n.children.mu.Unlock()
	if n.answers(channel) && n.children.prompt != nil {
		return n.children.prompt
	}
	return n.children.Pump
}
