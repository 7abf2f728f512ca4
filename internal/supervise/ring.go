package supervise

import (
	"slices"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/output"
)

// Ring returns what keeps the latest output of a stream of which no target is a file: the
// program may log nowhere, to syslog or to the daemon's stdout, and still be tailed.
func (r *runner) Ring(stream control.LogStream) *output.Ring {
	channel, targets := 0, r.program.Stdout.Targets
	if stream == control.Stderr {
		channel, targets = 1, r.program.Stderr.Targets
		if r.program.RedirectStderr {
			return nil
		}
	}
	if slices.ContainsFunc(targets, isFile) {
		return nil
	}
	return &r.rings[channel]
}

func isFile(t config.LogTarget) bool { return t.Kind == config.LogAuto || t.Kind == config.LogFile }

// taps returns what takes a stream's output beside its targets.
func (r *runner) taps(channel int) []output.Sink {
	stream := [...]control.LogStream{control.Stdout, control.Stderr}[channel]
	if ring := r.Ring(stream); ring != nil {
		return []output.Sink{ring}
	}
	return nil
}
