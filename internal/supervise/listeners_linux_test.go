package supervise_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"supervisord/internal/bus"
	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/listener"
	"supervisord/internal/supervise"
)

// shellListener accepts every event, of any length.
const shellListener = `/bin/sh -c 'while echo READY && read -r header; do head -c "${header##*len:}" >/dev/null; printf "RESULT 2\nOK"; done'`

// TestListenersWithRealChildren is for the race detector, mostly: events from several
// goroutines, one of them longer than a pipe while a client writes to the same stdin, and
// a listener that is killed with it.
func TestListenersWithRealChildren(t *testing.T) {
	var b bus.Bus
	children := realChildren(t, &b)
	g := listenerGroup("l", "REMOTE_COMMUNICATION")
	g.Listener.BufferSize = 1000
	g.Listener.EventTimeout = 2 * time.Second
	first := &g.Programs[0]
	first.Command, first.StartSecs, first.AutoRestart = shellListener, 0, config.RestartAlways
	second := *first
	second.Name, second.Command = "deaf", "/bin/sh -c 'echo READY; exec sleep 1000'"
	g.Programs = append(g.Programs, second)
	conf := &config.Config{Groups: []config.Group{g}}
	l := supervise.New(supervise.Options{
		Config: conf, Runners: children, Logs: noLogs{}, Bus: &b, PID: 1, Log: slog.New(slog.DiscardHandler),
		Reload: func(map[string]config.Scale) (*config.Config, error) { return conf, nil },
	})
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() { defer close(over); l.Run(ctx) }()
	defer func() { cancel(); <-over }()

	deadline := time.Now().Add(30 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	until := func(ok func([]listener.Stats) bool) {
		t.Helper()
		for range tick.C {
			s := l.ListenerStats()
			if ok(s) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("got %+v", s)
			}
		}
	}
	until(func(s []listener.Stats) bool { return len(s) == 1 })

	const publishers, each = 4, 50
	for range publishers {
		go func() {
			for range each {
				_ = l.Publish(ctx, "kind", "data") // cannot fail
			}
		}()
	}
	_ = l.Publish(ctx, "large", strings.Repeat("x", 300_000)) // for one of the two
	_ = l.Publish(ctx, "large", strings.Repeat("x", 300_000)) // for the other
	writing, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	_ = l.WriteStdin(writing, control.Selector{Group: "l", Process: "deaf"}, strings.Repeat("y", 100_000)) // nobody reads it
	until(func(s []listener.Stats) bool { return s[0].Done == publishers*each+2 && s[0].Hung >= 1 })
}

// TestWritingToAListenerThatReadsNoEvent has a client wait for a pipe that an event fills.
func TestWritingToAListenerThatReadsNoEvent(t *testing.T) {
	var b bus.Bus
	g := listenerGroup("l", "REMOTE_COMMUNICATION")
	g.Programs[0].Command, g.Programs[0].StartSecs = "/bin/sh -c 'echo READY; exec sleep 1000'", 0
	conf := &config.Config{Groups: []config.Group{g}}
	l := supervise.New(supervise.Options{
		Config: conf, Runners: realChildren(t, &b), Logs: noLogs{}, Bus: &b, PID: 1, Log: slog.New(slog.DiscardHandler),
		Reload: func(map[string]config.Scale) (*config.Config, error) { return conf, nil },
	})
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() { defer close(over); l.Run(ctx) }()
	defer func() { cancel(); <-over }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for len(l.ListenerStats()) == 0 {
		<-tick.C
	}
	_ = l.Publish(ctx, "large", strings.Repeat("x", 300_000)) // cannot fail
	for l.ListenerStats()[0].Busy == 0 {
		<-tick.C
	}
	err := l.WriteStdin(t.Context(), control.ParseSelector("l"), "y")
	if fault, ok := errors.AsType[*control.Fault](err); !ok || fault.Code != control.Failed {
		t.Errorf("got %v", err)
	}
}
