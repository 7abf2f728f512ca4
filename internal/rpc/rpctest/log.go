package rpctest

import (
	"context"
	"iter"

	"supervisord/internal/control"
	"supervisord/internal/process"
)

// log returns a log, nil if there is none.
func (s *Supervisor) log(name control.LogName) ([]byte, error) {
	if name.Main {
		return s.MainLog, nil
	}
	p, err := s.one(name.Of)
	if err != nil {
		return nil, err
	}
	if name.Stream == control.Stderr {
		return p.Err, nil
	}
	return p.Out, nil
}

// ReadLog implements [control.API].
func (s *Supervisor) ReadLog(_ context.Context, name control.LogName, offset, length int64) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, err := s.log(name)
	size := int64(len(data))
	switch {
	case err != nil:
		return nil, err
	case data == nil:
		return nil, fault(control.NoFile)
	case length < 0 || offset < 0 && length != 0:
		return nil, fault(control.BadArguments)
	case offset < 0:
		return data[max(size+offset, 0):], nil
	}
	data = data[min(offset, size):]
	if length > 0 {
		data = data[:min(length, int64(len(data)))]
	}
	return data, nil
}

// TailLog implements [control.API].
func (s *Supervisor) TailLog(_ context.Context, name control.LogName, offset, length int64) (control.Tail, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, err := s.log(name)
	if err != nil || data == nil {
		return control.Tail{}, err
	}
	size := int64(len(data))
	tail := control.Tail{Size: size, Overflow: size > offset+length}
	if tail.Overflow {
		offset = size - max(length, 0)
	}
	tail.Data = data[min(max(offset, 0), size):]
	return tail, nil
}

// FollowLog implements [control.API].
func (s *Supervisor) FollowLog(ctx context.Context, name control.LogName, back int64) (iter.Seq2[[]byte, error], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, err := s.log(name)
	switch {
	case err != nil:
		return nil, err
	case data == nil:
		return nil, fault(control.NoFile)
	}
	at := max(0, len(data)-int(back))
	return func(yield func([]byte, error) bool) {
		for ctx.Err() == nil {
			more, grown := s.after(name, at)
			if at += len(more); len(more) > 0 && !yield(more, nil) {
				return
			}
			select {
			case <-grown:
			case <-ctx.Done():
			}
		}
	}, nil
}

// after returns what a log holds behind an offset, and what is closed when that is more.
func (s *Supervisor) after(name control.LogName, at int) ([]byte, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, _ := s.log(name) // it was there before
	if s.grown == nil {
		s.grown = make(chan struct{})
	}
	return data[min(at, len(data)):], s.grown
}

// Append writes to the end of a log that is there.
func (s *Supervisor) Append(name control.LogName, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := &s.MainLog
	if !name.Main {
		p, err := s.one(name.Of)
		if err != nil {
			panic(err) // the test names what is not there
		}
		if log = &p.Out; name.Stream == control.Stderr {
			log = &p.Err
		}
	}
	*log = append(*log, text...)
	if s.grown != nil {
		close(s.grown)
		s.grown = nil
	}
}

// ClearLogs implements [control.API].
func (s *Supervisor) ClearLogs(_ context.Context, sel control.Selector) ([]control.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	always := func(process.Phase) bool { return true }
	return s.each(sel, always, func(p *Process) *control.Fault {
		p.Out, p.Err = p.Out[:0], p.Err[:0]
		return nil
	})
}

// ReopenLogs implements [control.API].
func (s *Supervisor) ReopenLogs(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Reopened++
	return nil
}

// ClearMainLog implements [control.API].
func (s *Supervisor) ClearMainLog(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.MainLog = []byte{}
	return nil
}

// Waiting returns a channel that gets a value when a start begins to wait for a process
// that is NeverDone. Call it before the start.
func (s *Supervisor) Waiting() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = make(chan struct{}, 1)
	return s.waiting
}

func (s *Supervisor) announce() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting != nil {
		s.waiting <- struct{}{}
	}
}
