package supervise

import (
	"context"
	"log/slog"
	"os"

	"supervisord/internal/config"
	"supervisord/internal/event"
	"supervisord/internal/output"
)

// channels names the two outputs, in the order of a run's streams.
var channels = [2]string{"stdout", "stderr"}

// autoMode is the mode of the logs in childlogdir.
const autoMode = 0o600

// open opens what takes the child's output. It may come too late, when the start has
// been given up.
func (n *run) open() error {
	streams, err := n.openStreams()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.streams = streams
	if err != nil || n.over {
		n.closeStreams()
	}
	return err
}

// openStreams returns what it has opened even if there is an error.
func (n *run) openStreams() (streams [2]*output.Stream, err error) {
	stderr := &n.program.Stderr
	if n.program.RedirectStderr {
		stderr = nil
	}
	for i, log := range []*config.StreamLog{&n.program.Stdout, stderr} {
		if log == nil {
			continue
		}
		if streams[i], err = n.openStream(i, log); err != nil {
			return streams, err
		}
	}
	return streams, nil
}

func (n *run) openStream(channel int, log *config.StreamLog) (*output.Stream, error) {
	var sinks []output.Sink
	for _, target := range log.Targets {
		sink, err := n.openSink(channel, log, target)
		if err != nil {
			for _, s := range sinks {
				_ = s.Close() // the error that counts is that of the other sink
			}
			return nil, err
		}
		if sink != nil {
			sinks = append(sinks, sink)
		}
	}
	if n.children.Log.Enabled(context.Background(), slog.LevelDebug) {
		sinks = append(sinks, echo{n.children.Log, n.program.Name, channels[channel]})
	}
	return output.NewStream(output.StreamOptions{Sinks: sinks, Taps: n.taps(channel), StripANSI: n.children.StripANSI}), nil
}

// openSink returns nil for a target that takes nothing.
func (n *run) openSink(channel int, log *config.StreamLog, t config.LogTarget) (output.Sink, error) {
	o := output.FileOptions{MaxBytes: log.MaxBytes, Backups: log.Backups, Log: n.children.Log}
	switch t.Kind {
	case config.LogAuto:
		path, err := n.autoPath(channel)
		if err != nil {
			return nil, err
		}
		o.Mode = autoMode
		return n.children.Files.Open(path, o)
	case config.LogFile:
		return n.children.Files.Open(t.Path, o)
	case config.LogStdout:
		return n.children.standard(os.Stdout), nil
	case config.LogStderr:
		return n.children.standard(os.Stderr), nil
	case config.LogNone, config.LogNull, config.LogSyslog:
	}
	return nil, nil //nolint:nilnil // no sink is no error
}

// autoPath returns the path of the AUTO log, which is made at the first start and
// stays the same from then on.
func (r *runner) autoPath(channel int) (string, error) {
	if known := r.logs[channel].Load(); known != nil {
		return *known, nil
	}
	path, err := output.AutoPath(r.children.ChildLogDir, r.program.Name, channels[channel], r.children.Identifier)
	if err != nil {
		return "", err
	}
	r.logs[channel].Store(&path)
	return path, nil
}

// Logs returns the paths of the two logs: the first file among the targets of each.
func (r *runner) Logs() (stdout, stderr string) {
	stdout = r.logPath(0, r.program.Stdout.Targets)
	if !r.program.RedirectStderr {
		stderr = r.logPath(1, r.program.Stderr.Targets)
	}
	return stdout, stderr
}

func (r *runner) logPath(channel int, targets []config.LogTarget) string {
	for _, t := range targets {
		switch t.Kind {
		case config.LogAuto:
			if known := r.logs[channel].Load(); known != nil {
				return *known
			}
			return ""
		case config.LogFile:
			return t.Path
		case config.LogStdout:
			return "/dev/stdout"
		case config.LogStderr:
			return "/dev/stderr"
		case config.LogNull:
			return "/dev/null"
		case config.LogNone, config.LogSyslog:
		}
	}
	return ""
}

// echo is a sink that repeats output in the daemon's log.
type echo struct {
	log           *slog.Logger
	name, channel string
}

// Write logs what a program wrote.
func (e echo) Write(p []byte) (int, error) {
	e.log.Debug(event.OutputOf(e.name, e.channel, p))
	return len(p), nil
}

// Reopen does nothing: the log is opened anew by its owner.
func (echo) Reopen() error { return nil }

// Clear does nothing: what was logged stays.
func (echo) Clear() error { return nil }

// Close does nothing: the log is not the sink's.
func (echo) Close() error { return nil }
