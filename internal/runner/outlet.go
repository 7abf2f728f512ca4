package runner

import (
	"os"
	"path/filepath"

	"supervisord/internal/config"
	"supervisord/internal/event"
	"supervisord/internal/output"
)

// channels are the two outputs, in the order of a run's streams.
var channels = [2]event.Channel{event.Stdout, event.Stderr}

// autoMode is the mode of the logs in childlogdir.
const autoMode = 0o600

// open opens what takes the child's output. It may come too late, when the start has
// been given up.
func (n *run) open() error {
	streams, err := n.openStreams()
	if err == nil {
		err = n.check.opened()
	}
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
	for _, channel := range channels {
		if log := n.log(channel); log != nil {
			if streams[channel], err = n.openStream(channel, log); err != nil {
				return streams, err
			}
		}
	}
	return streams, nil
}

func (n *run) openStream(channel event.Channel, log *config.StreamLog) (*output.Stream, error) {
	if n.answers(channel) {
		return n.openAnswers(channel, log)
	}
	sinks, err := n.sinks(channel, log)
	if err != nil {
		closeSinks(sinks)
		return nil, err
	}
	taps, err := n.taps(channel, log)
	if err != nil {
		closeSinks(append(sinks, taps...))
		return nil, err
	}
	return output.NewStream(output.StreamOptions{
		Sinks: sinks, Taps: taps,
		StripANSI: n.children.Common().StripANSI,
		Capture:   n.capture(channel, log),
		Format:    n.format(channel),
	}), nil
}

// closeSinks gives sinks up after an error, which is the one that counts.
func closeSinks(sinks []output.Sink) {
	for _, s := range sinks {
		_ = s.Close()
	}
}

// sinks returns what takes a stream's output in the format of its log. It returns what it
// has opened even if there is an error.
func (n *run) sinks(channel event.Channel, log *config.StreamLog) (sinks []output.Sink, err error) {
	for _, target := range log.Targets {
		sink, err := n.openSink(channel, target)
		if err != nil {
			return sinks, err
		}
		if sink != nil {
			sinks = append(sinks, sink)
		}
	}
	return sinks, nil
}

// formats are the kinds of format by their names in the configuration.
var formats = map[config.LogFormat]output.FormatKind{
	config.FormatRaw: output.FormatRaw, config.FormatText: output.FormatText, config.FormatJSON: output.FormatJSON,
}

func (n *run) format(channel event.Channel) output.Format {
	p := n.program()
	f := output.Format{
		Kind: formats[p.LogFormat], Timestamp: p.LogTimestamp,
		Program: p.Name, Stream: channel.String(),
	}
	if p.Group != p.Name {
		f.Group = p.Group
	}
	return f
}

// openSink returns nil for a target that takes nothing, or takes it by a tap.
func (n *run) openSink(channel event.Channel, t config.LogTarget) (output.Sink, error) {
	o := n.limits(channel)
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

// limits are those of the files that an output is written to.
func (r *Runner) limits(channel event.Channel) output.FileOptions {
	log := &r.limited.Load().Stdout
	if channel == event.Stderr {
		log = &r.limited.Load().Stderr
	}
	return output.FileOptions{
		MaxBytes: log.MaxBytes, Backups: log.Backups,
		Period: output.Period(log.Rotate), Compress: log.Compress, Log: r.children.Log,
	}
}

// Limit gives the files that the child writes to now the limits of another configuration.
func (r *Runner) Limit(next *config.Program) {
	r.limited.Store(next)
	r.children.after.Go(func() { // a file system may not answer
		r.limiting.Lock()
		defer r.limiting.Unlock()
		for _, channel := range channels {
			for _, path := range r.Files(channel) {
				r.children.Files.Limit(path, r.limits(channel))
			}
		}
	})
}

// autoPath returns the path of the AUTO log, which is made at the first start and
// stays the same from then on, until there is another directory for such logs.
func (r *Runner) autoPath(channel event.Channel) (string, error) {
	c := r.children.Common()
	if known := r.logs[channel].Load(); known != nil && filepath.Dir(*known) == filepath.Clean(c.ChildLogDir) {
		return *known, nil
	}
	path, err := output.AutoPath(c.ChildLogDir, r.program().Name, channel.String(), c.Identifier)
	if err != nil {
		return "", err
	}
	r.logs[channel].Store(&path)
	return path, nil
}

// Files returns the paths of the files among the targets of an output. That of AUTO is
// known once the process has been started.
func (r *Runner) Files(channel event.Channel) (paths []string) {
	log := r.log(channel)
	if log == nil {
		return nil
	}
	for _, t := range log.Targets {
		switch t.Kind { //nolint:exhaustive // the others are no files
		case config.LogAuto:
			if known := r.logs[channel].Load(); known != nil {
				paths = append(paths, *known)
			}
		case config.LogFile:
			paths = append(paths, t.Path)
		}
	}
	return paths
}

// Logs returns what the two outputs are described by: the first file among the targets
// of each, or else the first device.
func (r *Runner) Logs() (stdout, stderr string) {
	return r.logPath(event.Stdout), r.logPath(event.Stderr)
}

func (r *Runner) logPath(channel event.Channel) string {
	if files := r.Files(channel); len(files) > 0 {
		return files[0]
	}
	log := r.log(channel)
	if log == nil {
		return ""
	}
	for _, t := range log.Targets {
		switch t.Kind { //nolint:exhaustive // the others have no path
		case config.LogStdout, config.LogStderr, config.LogNull:
			return t.String()
		}
	}
	return ""
}
