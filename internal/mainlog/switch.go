package mainlog

import (
	"context"
	"log/slog"
	"slices"
	"sync"
)

// Switch is a slog.Handler that hands on to another one, which Set exchanges, also for the
// handlers that were derived from it. All are safe for concurrent use.
type Switch struct {
	socket *socket
	steps  []func(slog.Handler) slog.Handler // by which it was derived

	mu   sync.Mutex
	made derived
}

// socket holds what all handlers derived from one Switch hand on to.
type socket struct {
	mu  sync.Mutex
	now *plug
}

// plug is a handler that was set, and those who are just using it.
type plug struct {
	slog.Handler
	users sync.WaitGroup // added to under socket.mu, and while it is the present one
}

// derived is a plug's handler after the steps of a Switch.
type derived struct {
	of      *plug
	handler slog.Handler
}

// NewSwitch returns a Switch that hands on to h.
func NewSwitch(h slog.Handler) *Switch { return &Switch{socket: &socket{now: &plug{Handler: h}}} }

// Set makes h what records are handed on to. It returns when the handler before gets no
// more of them: all it has got are from before.
func (s *Switch) Set(h slog.Handler) {
	s.socket.mu.Lock()
	before := s.socket.now
	s.socket.now = &plug{Handler: h}
	s.socket.mu.Unlock()
	before.users.Wait()
}

// use calls f with the present handler, which cannot be exchanged behind its back.
func (s *Switch) use(f func(slog.Handler)) {
	s.socket.mu.Lock()
	p := s.socket.now
	p.users.Add(1)
	s.socket.mu.Unlock()
	defer p.users.Done()
	f(s.derive(p))
}

// derive takes the steps from the handler of a plug, once.
func (s *Switch) derive(p *plug) slog.Handler {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.made.of != p {
		s.made = derived{p, p.Handler}
		for _, step := range s.steps {
			s.made.handler = step(s.made.handler)
		}
	}
	return s.made.handler
}

// Enabled asks the present handler.
func (s *Switch) Enabled(ctx context.Context, l slog.Level) (enabled bool) {
	s.use(func(h slog.Handler) { enabled = h.Enabled(ctx, l) })
	return enabled
}

// Handle hands a record on, unless its level is not enabled by now.
func (s *Switch) Handle(ctx context.Context, r slog.Record) (err error) {
	s.use(func(h slog.Handler) {
		if h.Enabled(ctx, r.Level) {
			err = h.Handle(ctx, r)
		}
	})
	return err
}

// WithAttrs returns a Switch that adds attributes and is exchanged with s.
func (s *Switch) WithAttrs(attrs []slog.Attr) slog.Handler {
	return s.derived(func(h slog.Handler) slog.Handler { return h.WithAttrs(attrs) })
}

// WithGroup returns a Switch that opens a group and is exchanged with s.
func (s *Switch) WithGroup(name string) slog.Handler {
	return s.derived(func(h slog.Handler) slog.Handler { return h.WithGroup(name) })
}

func (s *Switch) derived(step func(slog.Handler) slog.Handler) slog.Handler {
	return &Switch{socket: s.socket, steps: append(slices.Clip(s.steps), step)}
}
