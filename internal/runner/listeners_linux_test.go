package runner_test

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
	"supervisord/internal/output"
	"supervisord/internal/supervise"
	"supervisord/internal/testenv"
)

const (
	// shellListener accepts every event, of any length.
	shellListener = `/bin/sh -c 'while echo READY && read -r header; do head -c "${header##*len:}" >/dev/null; printf "RESULT 2\nOK"; done'`
	// deafListener asks for an event and does not read it.
	deafListener = `/bin/sh -c 'echo READY; exec sleep 1000'`
)

// logs are files on a disk; the daemon's own is none.
type logs struct{ output.Files }

func (*logs) Main() string { return "" }

func (l *logs) Reopen() error { return l.ReopenAll() }

// listeners is an [eventlistener:l] that is RUNNING at once.
func listeners(command string) config.Group {
	return config.Group{
		Name: "l", Priority: -1, Kind: config.ListenerGroup,
		Listener: &config.Listener{Events: []string{"REMOTE_COMMUNICATION"}, BufferSize: 10},
		Programs: []config.Program{{
			Name: "l", Program: "l", Group: "l", Command: command, AutoStart: true,
			StartRetries: 3, AutoRestart: config.RestartUnexpected, ExitCodes: []int{0},
			StopSignals: []config.Signal{{Number: 15, Name: "TERM"}}, StopWaitSecs: 10 * time.Second,
		}},
	}
}

// supervised runs a loop with real children until the end of the test.
func supervised(t *testing.T, g config.Group) *supervise.Loop {
	t.Helper()
	var b bus.Bus
	children := realChildren(t, &b)
	conf := &config.Config{Groups: []config.Group{g}}
	l := supervise.New(supervise.Options{
		Config: conf, Bus: &b, PID: 1, Log: slog.New(slog.DiscardHandler), Logs: &logs{},
		NewRunner: func(p *config.Program) supervise.Runner { return children.New(p) },
		Reload:    func(map[string]config.Scale) (*config.Config, error) { return conf, nil },
	})
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() { defer close(over); l.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-over })
	return l
}

// TestListenersWithRealChildren is for the race detector, mostly: events from several
// goroutines, one of them longer than a pipe while a client writes to the same stdin, and
// a listener that is killed with it.
func TestListenersWithRealChildren(t *testing.T) {
	g := listeners(shellListener)
	g.Listener.BufferSize = 1000
	g.Listener.EventTimeout = 2 * time.Second
	g.Programs[0].AutoRestart = config.RestartAlways
	second := g.Programs[0]
	second.Name, second.Command = "deaf", deafListener
	g.Programs = append(g.Programs, second)
	l := supervised(t, g)

	deadline := time.Now().Add(testenv.Patience)
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
				_ = l.Publish(t.Context(), "kind", "data") // cannot fail
			}
		}()
	}
	_ = l.Publish(t.Context(), "large", strings.Repeat("x", 300_000)) // for one of the two
	_ = l.Publish(t.Context(), "large", strings.Repeat("x", 300_000)) // for the other
	writing, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	_ = l.WriteStdin(writing, control.Selector{Group: "l", Process: "deaf"}, strings.Repeat("y", 100_000)) // nobody reads it
	until(func(s []listener.Stats) bool { return s[0].Done == publishers*each+2 && s[0].Hung >= 1 })
}

// TestWritingToAListenerThatReadsNoEvent has a client wait for a pipe that an event fills.
func TestWritingToAListenerThatReadsNoEvent(t *testing.T) {
	l := supervised(t, listeners(deafListener))
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for len(l.ListenerStats()) == 0 {
		<-tick.C
	}
	_ = l.Publish(t.Context(), "large", strings.Repeat("x", 300_000)) // cannot fail
	for l.ListenerStats()[0].Busy == 0 {
		<-tick.C
	}
	err := l.WriteStdin(t.Context(), control.ParseSelector("l"), "y")
	if fault, ok := errors.AsType[*control.Fault](err); !ok || fault.Code != control.Failed {
		t.Errorf("got %v", err)
	}
}
