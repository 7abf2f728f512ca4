package supervise

import (
	"context"
	"errors"

	"supervisord/internal/control"
	"supervisord/internal/output"
)

// Logs reads and clears log files. Its methods may block.
type Logs interface {
	Read(path string, offset, length int64) ([]byte, error)
	Tail(path string, offset, length int64) (data []byte, size int64, overflow bool, err error)
	Clear(path string) error
	// Main returns the path of the daemon's own log; empty if it is not a file.
	Main() string
}

// ReadLog returns part of a log.
func (l *Loop) ReadLog(_ context.Context, log control.LogName, offset, length int64) ([]byte, error) {
	path, err := l.logPath(log)
	if err != nil {
		return nil, err
	}
	if path == "" {
		return nil, control.NewFault(control.NoFile, "")
	}
	data, err := l.logs.Read(path, offset, length)
	switch {
	case errors.Is(err, output.ErrBadArguments):
		return nil, control.NewFault(control.BadArguments, "")
	case errors.Is(err, output.ErrNoFile):
		return nil, control.NewFault(control.NoFile, path)
	case err != nil:
		return nil, control.NewFault(control.Failed, err.Error())
	}
	return data, nil
}

// TailLog returns the end of a log. A log that does not exist is empty, as in Python.
func (l *Loop) TailLog(_ context.Context, log control.LogName, offset, length int64) (control.Tail, error) {
	path, err := l.logPath(log)
	if err != nil || path == "" {
		return control.Tail{}, err
	}
	data, size, overflow, err := l.logs.Tail(path, offset, length)
	if errors.Is(err, output.ErrNoFile) {
		return control.Tail{}, nil
	}
	if err != nil {
		return control.Tail{}, control.NewFault(control.Failed, err.Error())
	}
	return control.Tail{Data: data, Size: size, Overflow: overflow}, nil
}

func (l *Loop) logPath(log control.LogName) (string, error) {
	if log.Main {
		return l.logs.Main(), nil
	}
	p, err := l.view.Load().one(log.Of)
	if err != nil {
		return "", err
	}
	stdout, stderr := p.runner.Logs()
	if log.Stream == control.Stderr {
		return stderr, nil
	}
	return stdout, nil
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
		results[i] = control.Result{Group: p.group.name, Name: p.program.Name, Fault: l.clear(p)}
	}
	return results, nil
}

func (l *Loop) clear(p *proc) *control.Fault {
	stdout, stderr := p.runner.Logs()
	for _, path := range []string{stdout, stderr} {
		if path == "" {
			continue
		}
		if err := l.logs.Clear(path); err != nil && !errors.Is(err, output.ErrNoFile) {
			return control.NewFault(control.Failed, p.selector().String()+": "+err.Error())
		}
	}
	return nil
}

// ClearMainLog empties the daemon's own log.
func (l *Loop) ClearMainLog(context.Context) error {
	path := l.logs.Main()
	if path == "" {
		return control.NewFault(control.NoFile, "")
	}
	err := l.logs.Clear(path)
	if errors.Is(err, output.ErrNoFile) {
		return control.NewFault(control.NoFile, path)
	}
	if err != nil {
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
