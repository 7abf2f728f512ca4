package supervise

import (
	"context"
	"errors"
	"iter"

	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/output"
)

// Logs reads, follows and clears log files. Its methods may block.
type Logs interface {
	Read(path string, offset, length int64) ([]byte, error)
	Tail(path string, offset, length int64) (data []byte, size int64, overflow bool, err error)
	Follow(ctx context.Context, path string, back int64) iter.Seq2[[]byte, error]
	Clear(path string) error
	Reopen() error
	// Main returns the path of the daemon's own log; empty if it is not a file.
	Main() string
}

// streams are the outputs of a process.
var streams = [...]control.LogStream{control.Stdout, control.Stderr}

// found is where a log can be read.
type found struct {
	path string       // empty: there is no file
	ring *output.Ring // if not nil, what is read instead
}

// find looks a log up.
func (l *Loop) find(log control.LogName) (found, error) {
	if log.Main {
		return found{path: l.logs.Main()}, nil
	}
	p, err := l.view.Load().one(log.Of)
	if err != nil {
		return found{}, err
	}
	at := found{ring: p.runner.Ring(log.Stream)}
	if files := p.runner.Files(log.Stream); len(files) > 0 {
		at.path = files[0]
	}
	return at, nil
}

// ReadLog returns part of a log.
func (l *Loop) ReadLog(_ context.Context, log control.LogName, offset, length int64) ([]byte, error) {
	at, err := l.find(log)
	if err != nil {
		return nil, err
	}
	var data []byte
	switch {
	case at.ring != nil:
		data, err = at.ring.Read(offset, length)
	case at.path != "":
		data, err = l.logs.Read(at.path, offset, length)
	default:
		return nil, control.NewFault(control.NoFile, "")
	}
	return data, asLogFault(err, at.path)
}

// asLogFault returns the fault that tells of an error with the log at path.
func asLogFault(err error, path string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, output.ErrBadArguments):
		return control.NewFault(control.BadArguments, "")
	case errors.Is(err, output.ErrNoFile):
		return control.NewFault(control.NoFile, path)
	}
	return control.NewFault(control.Failed, err.Error())
}

// TailLog returns the end of a log. A log that does not exist is empty, as in Python.
func (l *Loop) TailLog(_ context.Context, log control.LogName, offset, length int64) (control.Tail, error) {
	at, err := l.find(log)
	if err != nil {
		return control.Tail{}, err
	}
	var tail control.Tail
	switch {
	case at.ring != nil:
		tail.Data, tail.Size, tail.Overflow = at.ring.Tail(offset, length)
	case at.path != "":
		tail.Data, tail.Size, tail.Overflow, err = l.logs.Tail(at.path, offset, length)
	}
	if errors.Is(err, output.ErrNoFile) {
		return control.Tail{}, nil
	}
	return tail, asLogFault(err, at.path)
}

// FollowLog yields what is written to a log from now on.
func (l *Loop) FollowLog(ctx context.Context, log control.LogName, back int64) (iter.Seq2[[]byte, error], error) {
	at, err := l.find(log)
	switch {
	case err != nil:
		return nil, err
	case at.ring != nil:
		return at.ring.Follow(ctx, back), nil
	case at.path == "":
		return nil, control.NewFault(control.NoFile, "")
	}
	// Whether there is something to follow is known by looking, without reading it.
	if _, _, _, err := l.logs.Tail(at.path, 0, 0); err != nil {
		return nil, asLogFault(err, at.path)
	}
	return l.logs.Follow(ctx, at.path, back), nil
}

// ClearLogs empties the logs of the selected processes, whether they run or not.
func (l *Loop) ClearLogs(_ context.Context, sel control.Selector) ([]control.Result, error) {
	v := l.view.Load()
	procs, err := v.among(v.order, sel)
	if err != nil {
		return nil, err
	}
	if sel.IsOne() {
		return nil, asError(l.clear(procs[0]))
	}
	results := make([]control.Result, len(procs))
	for i, p := range procs {
		results[i] = control.Result{Group: p.group.name, Name: p.name, Fault: l.clear(p)}
	}
	return results, nil
}

func (l *Loop) clear(p *proc) *control.Fault {
	p.clearRings()
	for _, stream := range streams {
		for _, path := range p.runner.Files(stream) {
			if err := l.logs.Clear(path); err != nil && !errors.Is(err, output.ErrNoFile) {
				return control.NewFault(control.Failed, p.selector().String()+": "+err.Error())
			}
		}
	}
	return nil
}

// clearRings empties what memory keeps of the output.
func (p *proc) clearRings() {
	for _, stream := range streams {
		if ring := p.runner.Ring(stream); ring != nil {
			ring.Clear()
		}
	}
}

// ClearMainLog empties the daemon's own log.
func (l *Loop) ClearMainLog(context.Context) error {
	path := l.logs.Main()
	if path == "" {
		return control.NewFault(control.NoFile, "")
	}
	return asLogFault(l.logs.Clear(path), path)
}

// ReopenLogs opens all logs anew.
func (l *Loop) ReopenLogs(context.Context) error {
	l.log.Info(event.LogReopen)
	if err := l.logs.Reopen(); err != nil {
		return control.NewFault(control.Failed, err.Error())
	}
	return nil
}

// asError makes a nil fault a nil error.
func asError(f *control.Fault) error {
	if f == nil {
		return nil
	}
	return f
}
