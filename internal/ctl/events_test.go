package ctl_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/process"
)

// someEvents are what a supervisor tells of.
func someEvents() []control.Event {
	at := time.Date(2026, 11, 22, 10, 13, 29, 5e8, time.Local)
	exited := event.OfChange(at, "g", "web", process.Changed{From: process.Running, To: process.Exited, PID: 64})
	return []control.Event{
		{Record: exited.Record()},
		{Lost: 17},
		{Record: event.Event{Serial: 18, At: at, Type: event.RemoteCommunication, Kind: "a b", Data: "x\n\x1b[31m"}.Record()},
	}
}

func TestEvents(t *testing.T) {
	words := lines("2026-11-22 10:13:29.500 0 PROCESS_STATE_EXITED processname:web groupname:g from_state:RUNNING expected:0 pid:64",
		"-- 17 events are missing here: they were not read fast enough --",
		`2026-11-22 10:13:29.500 18 REMOTE_COMMUNICATION type:"a b" data:"x\n\x1b[31m"`)
	const noStream = "the server has no stream of events; Python's Supervisor has none, nor have older versions of this one"
	past := control.EventQuery{Back: 100}
	for _, c := range []struct {
		line  string
		query control.EventQuery
		want  answer
	}{
		{"events", past, answer{Out: words}},
		{
			"events --filter process_state,TICK_5 --filter=PROCESS_GROUP",
			control.EventQuery{Back: 100, Types: []event.Type{event.ProcessState, event.Tick5, event.ProcessGroup}},
			answer{Out: words},
		},
		{"events -f", control.EventQuery{Back: 100, Follow: true}, answer{Out: words}},
		{
			"events --filter PROCESS_STAT",
			control.EventQuery{},
			answer{"Error: unknown event type PROCESS_STAT\n", "hint: did you mean \"PROCESS_STATE\"?\n", 1},
		},
		{
			"events --filter PROCESS_STAT --json",
			control.EventQuery{},
			answer{lines("{", `  "error": {`, `    "message": "unknown event type PROCESS_STAT",`, `    "hint": "did you mean \"PROCESS_STATE\"?"`, "  }", "}"), "", 1},
		},
		{"events web", control.EventQuery{}, answer{Code: 1, Out: "Error: events accepts no arguments\n" + eventsHelp}},
	} {
		t.Run(c.line, func(t *testing.T) {
			f := newSupervisor()
			f.events = someEvents()
			if d := cmp.Diff(c.want, run(t, f, c.line)); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			if d := cmp.Diff(c.query, f.query); d != "" {
				t.Errorf("query (-want +got):\n%s", d)
			}
		})
	}
	f := newSupervisor()
	f.eventsErr = control.NewFault(control.UnknownMethod, "events")
	if d := cmp.Diff(answer{Out: "Error: " + noStream + "\n", Code: 1}, run(t, f, "events -f")); d != "" {
		t.Errorf("Python's server (-want +got):\n%s", d)
	}
}

const eventsHelp = "events\t\t\tShow the latest events that the supervisor remembers\n" +
	"events -f\t\tShow them, and then what happens (Ctrl-C to exit)\n" +
	"events -f --filter TYPE,TYPE\tThe same for types of events or families of them\n"

// Each line is an object, also where events are missing; the end of the stream is none.
func TestEventsAsJSON(t *testing.T) {
	f := newSupervisor()
	f.events = someEvents()
	for i := range f.events {
		f.events[i].Time = time.Unix(1795342409, 0).UTC()
	}
	want := lines(
		`{"serial":0,"time":"2026-11-22T10:13:29Z","type":"PROCESS_STATE_EXITED","payload":{"processname":"web","groupname":"g","from_state":"RUNNING","expected":0,"pid":64}}`,
		`{"lost":17}`,
		`{"serial":18,"time":"2026-11-22T10:13:29Z","type":"REMOTE_COMMUNICATION","payload":{"type":"a b"},"data":"x\n\u001b[31m"}`)
	if d := cmp.Diff(answer{Out: want}, run(t, f, "events --json")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestFollowingEventsEndsByCtrlC(t *testing.T) {
	f := newSupervisor()
	f.events = someEvents()[1:2]
	var out, errs bytes.Buffer
	e := env(f, &out, &errs)
	e.UntilInterrupt = func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, f.idle = context.WithCancel(ctx)
		return ctx, f.idle
	}
	code := execute(t, e, "events", "--follow")
	want := answer{Out: "-- 17 events are missing here: they were not read fast enough --\n"}
	if d := cmp.Diff(want, answer{out.String(), errs.String(), code}); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestStreamOfEventsThatBreaks(t *testing.T) {
	f := newSupervisor()
	f.followErr = &client.HTTPError{Status: 503}
	want := answer{Out: "error: HTTP 503 Service Unavailable; is this the address of a supervisord?\n", Code: 1}
	if d := cmp.Diff(want, run(t, f, "events -f")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
