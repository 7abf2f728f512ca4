package runner

import (
	"context"
	"log/slog"
	"time"

	"supervisord/internal/config"
	"supervisord/internal/event"
	"supervisord/internal/output"
)

// Ring returns what keeps the latest output of a stream of which no target is a file: the
// program may log nowhere, to syslog or to the daemon's stdout, and still be tailed.
func (r *Runner) Ring(channel event.Channel) *output.Ring { return r.rings[channel].Load() }

// ringKey names an output of a process.
type ringKey struct {
	group, process string
	channel        event.Channel
}

// ring returns the ring of an output: the same for all Runners that a process has had, so
// that whoever follows it goes on when an update has made a new one.
func (c *Children) ring(key ringKey) *output.Ring {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rings == nil {
		c.rings = make(map[ringKey]*output.Ring)
	}
	if c.rings[key] == nil {
		c.rings[key] = new(output.Ring)
	}
	return c.rings[key]
}

func isFile(t config.LogTarget) bool { return t.Kind == config.LogAuto || t.Kind == config.LogFile }

// log returns the options of a channel, nil if its output goes where the other's goes.
func (r *Runner) log(channel event.Channel) *config.StreamLog {
	switch {
	case channel == event.Stdout:
		return &r.program().Stdout
	case r.program().RedirectStderr:
		return nil
	}
	return &r.program().Stderr
}

// taps returns what takes a stream's output as the program wrote it. It returns what it
// has opened even if there is an error.
func (n *run) taps(channel event.Channel, log *config.StreamLog) (taps []output.Sink, err error) {
	if ring := n.Ring(channel); ring != nil {
		taps = append(taps, ring)
	}
	if log.EventsEnabled {
		taps = append(taps, output.NewFeed(func(p []byte) { n.publish(event.LogType(channel), p) }))
	}
	if n.children.Log.Enabled(context.Background(), slog.LevelDebug) {
		taps = append(taps, output.NewFeed(func(p []byte) {
			n.children.Log.Debug(event.OutputOf(n.program().Name, channel, p))
		}))
	}
	if tap, err := n.check.tap(); err != nil {
		return taps, err
	} else if tap != nil {
		taps = append(taps, tap)
	}
	for _, t := range syslogs(log) {
		tap, err := n.openSyslog(channel, t)
		if err != nil {
			return taps, err
		}
		taps = append(taps, tap)
	}
	return taps, nil
}

// capture returns how text between Python's tokens becomes an event.
func (n *run) capture(channel event.Channel, log *config.StreamLog) output.Capture {
	return output.Capture{
		MaxBytes: log.CaptureMaxBytes,
		Done:     func(p []byte) { n.publish(event.CommunicationType(channel), p) },
	}
}

// publish tells of output, if anybody wants to know.
func (n *run) publish(t event.Type, p []byte) {
	if n.children.Bus.Wants(t) {
		n.children.Bus.Publish(event.OfOutput(time.Now(), t, n.program().Group, n.program().Name, int(n.pid.Load()), p))
	}
}
