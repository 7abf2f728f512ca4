package event_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/event"
	"supervisord/internal/process"
)

// TestPayload holds payloads as a listener of Python's Supervisor reads them.
func TestPayload(t *testing.T) {
	at := time.Unix(1795342409, 999)
	for _, tt := range []struct {
		change process.Changed
		name   event.Type
		want   string
	}{
		{
			process.Changed{From: process.Stopped, To: process.Starting},
			event.ProcessStateStarting, "processname:f groupname:g from_state:STOPPED tries:0",
		},
		{
			process.Changed{From: process.Backoff, To: process.Starting, Tries: 2},
			event.ProcessStateStarting, "processname:f groupname:g from_state:BACKOFF tries:2",
		},
		{
			process.Changed{From: process.Starting, To: process.Backoff, Tries: 1},
			event.ProcessStateBackoff, "processname:f groupname:g from_state:STARTING tries:1",
		},
		{
			process.Changed{From: process.Starting, To: process.Running, PID: 6409},
			event.ProcessStateRunning, "processname:f groupname:g from_state:STARTING pid:6409",
		},
		{
			process.Changed{From: process.Running, To: process.Stopping, PID: 6409},
			event.ProcessStateStopping, "processname:f groupname:g from_state:RUNNING pid:6409",
		},
		{
			process.Changed{From: process.Stopping, To: process.Stopped, PID: 6409},
			event.ProcessStateStopped, "processname:f groupname:g from_state:STOPPING pid:6409",
		},
		{
			process.Changed{From: process.Backoff, To: process.Stopped, Tries: 1},
			event.ProcessStateStopped, "processname:f groupname:g from_state:BACKOFF pid:0",
		},
		{
			process.Changed{From: process.Running, To: process.Exited, PID: 6410},
			event.ProcessStateExited, "processname:f groupname:g from_state:RUNNING expected:0 pid:6410",
		},
		{
			process.Changed{From: process.Running, To: process.Exited, PID: 6410, Expected: true},
			event.ProcessStateExited, "processname:f groupname:g from_state:RUNNING expected:1 pid:6410",
		},
		{
			process.Changed{From: process.Backoff, To: process.Fatal},
			event.ProcessStateFatal, "processname:f groupname:g from_state:BACKOFF",
		},
		{
			process.Changed{From: process.Stopping, To: process.Unknown, PID: 7},
			event.ProcessStateUnknown, "processname:f groupname:g from_state:STOPPING",
		},
	} {
		e := event.OfChange(at, "g", "f", tt.change)
		want := event.Event{At: at, Type: tt.name, Group: "g", Process: "f", Change: tt.change}
		if d := cmp.Diff(want, e); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
		if got := e.Payload(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	for _, tt := range []struct {
		event event.Event
		want  string
	}{
		{event.Event{Type: event.ProcessGroupAdded, Group: "cat"}, "groupname:cat\n"},
		{event.Event{Type: event.ProcessGroupRemoved, Group: "cat"}, "groupname:cat\n"},
		{event.Event{Type: event.RemoteCommunication, Kind: "mytype", Data: "mydata\nline2"}, "type:mytype\nmydata\nline2"},
		{event.Event{Type: event.RemoteCommunication}, "type:\n"},
		{event.Event{Type: event.Tick5, At: at}, "when:1795342405"},
		{event.Event{Type: event.Tick60, At: at}, "when:1795342380"},
		{event.Event{Type: event.Tick3600, At: at}, "when:1795341600"},
		{event.Event{Type: event.SupervisorStateChangeRunning}, ""},
		{event.Event{Type: event.SupervisorStateChangeStopping}, ""},
	} {
		if got := tt.event.Payload(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.event.Type, got, tt.want)
		}
	}
}

// TestHierarchy draws the tree of event types as Python's manual has it.
func TestHierarchy(t *testing.T) {
	var draw func(parent event.Type, depth int) []string
	draw = func(parent event.Type, depth int) []string {
		lines := []string{strings.Repeat("  ", depth) + string(parent)}
		var below []event.Type
		for child, p := range event.Families {
			if p == parent {
				below = append(below, child)
			}
		}
		slices.Sort(below)
		for _, child := range below {
			lines = append(lines, draw(child, depth+1)...)
		}
		return lines
	}
	want := `EVENT
  PROCESS_COMMUNICATION
    PROCESS_COMMUNICATION_STDERR
    PROCESS_COMMUNICATION_STDOUT
  PROCESS_GROUP
    PROCESS_GROUP_ADDED
    PROCESS_GROUP_REMOVED
  PROCESS_LOG
    PROCESS_LOG_STDERR
    PROCESS_LOG_STDOUT
  PROCESS_STATE
    PROCESS_STATE_BACKOFF
    PROCESS_STATE_EXITED
    PROCESS_STATE_FATAL
    PROCESS_STATE_RUNNING
    PROCESS_STATE_STARTING
    PROCESS_STATE_STOPPED
    PROCESS_STATE_STOPPING
    PROCESS_STATE_UNKNOWN
  REMOTE_COMMUNICATION
  SUPERVISOR_STATE_CHANGE
    SUPERVISOR_STATE_CHANGE_RUNNING
    SUPERVISOR_STATE_CHANGE_STOPPING
  TICK
    TICK_3600
    TICK_5
    TICK_60`
	if d := cmp.Diff(want, strings.Join(draw(event.Any, 0), "\n")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestIs(t *testing.T) {
	for _, tt := range []struct {
		t, other event.Type
		want     bool
	}{
		{event.Tick5, event.Tick5, true},
		{event.Tick5, event.Tick, true},
		{event.Tick5, event.Any, true},
		{event.Tick5, event.Tick60, false},
		{event.Tick, event.Tick5, false},
		{event.Any, event.Tick, false},
		{event.ProcessStateExited, event.ProcessLog, false},
		{"NOPE", event.Any, false},
		{"", event.Any, false},
	} {
		if got := tt.t.Is(tt.other); got != tt.want {
			t.Errorf("%q.Is(%q): got %v, want %v", tt.t, tt.other, got, tt.want)
		}
	}
}

func TestIsType(t *testing.T) {
	for name, want := range map[string]bool{
		"EVENT": true, "TICK": true, "TICK_5": true, "PROCESS_STATE_EXITED": true,
		"": false, "tick_5": false, "TICK_7": false,
	} {
		if got := event.IsType(name); got != want {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}

func TestEveryPhaseHasAType(t *testing.T) {
	for _, p := range process.Phases {
		if want := event.Type("PROCESS_STATE_" + p.String()); event.States[p] != want {
			t.Errorf("%s: got %q, want %q", p, event.States[p], want)
		}
	}
}

// TestWords holds lines as Python's Supervisor 4.2.5 logs them.
func TestWords(t *testing.T) {
	status := process.Exit{Code: 1}
	killed := process.Exit{Code: -1, Signal: "SIGKILL"}
	got := []string{
		event.Spawned("web", 12),
		event.SpawnErr("can't find command '/no/such'"),
		event.EnteredRunning("web", time.Second),
		event.EnteredRunning("web", 0),
		event.EnteredRunning("web", 2*time.Hour),
		event.EnteredRunning("web", 1500*time.Millisecond),
		event.EnteredRunning("web", 30*24*time.Hour),
		event.EndedTooQuickly("web", status),
		event.Exited("web", process.Exit{}, true),
		event.Exited("web", killed, false),
		event.Stopped("web", killed),
		event.GaveUp("web", event.TooManyRetries),
		event.Killing("web", 12),
		event.SignalFailed("web", "EPERM"),
		event.WaitingToStop("web"),
		event.WaitingToDie([]string{"a", "b"}),
		event.ReapedUnknown(12, status),
		event.ExitRequested("SIGTERM"),
		event.RestartRequested("SIGHUP"),
		event.RestartIgnored("SIGHUP"),
		event.ReopenRequested("SIGUSR2"),
		event.LogReopen,
		event.DaemonStarted(12),
		event.InterfaceReady("supervisor"),
		event.NoAuthentication("unix_http_server"),
		event.ListenerState("l", process.Stopped, process.Starting),
		event.SentTo(3, "l"),
		event.ProcessedBy("l"),
		event.RejectedBy("l"),
		event.BadResultLine("l", "it's"),
		event.ListenerUnknown("l"),
		event.ListenerIsDeaf(3, "l"),
		event.ListenerHangs("l", 3, 1500*time.Millisecond),
		event.Rebuffering(3, "p", 1, 10),
		event.PoolOverflow("p", 3),
	}
	want := `spawned: 'web' with pid 12
spawnerr: can't find command '/no/such'
success: web entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)
success: web entered RUNNING state, process has stayed up for > than 0 seconds (startsecs)
success: web entered RUNNING state, process has stayed up for > than 7200 seconds (startsecs)
success: web entered RUNNING state, process has stayed up for > than 1.5 seconds (startsecs)
success: web entered RUNNING state, process has stayed up for > than 2592000 seconds (startsecs)
exited: web (exit status 1; not expected)
exited: web (exit status 0; expected)
exited: web (terminated by SIGKILL; not expected)
stopped: web (terminated by SIGKILL)
gave up: web entered FATAL state, too many start retries too quickly
killing 'web' (12) with SIGKILL
unknown problem killing web: EPERM
waiting for web to stop
waiting for a, b to die
reaped unknown pid 12 (exit status 1)
received SIGTERM indicating exit request
received SIGHUP indicating restart request
ignored SIGHUP indicating restart request (shutdown in progress)
received SIGUSR2 indicating log reopen request
supervisord logreopen
supervisord started with pid 12
RPC interface 'supervisor' initialized
Server 'unix_http_server' running without any HTTP authentication checking
l: STOPPED -> STARTING
event 3 sent to listener l
l: event was processed
l: event was rejected
l: bad result line: "it's"
l: has entered the UNKNOWN state and will no longer receive events, this usually indicates the process violated the eventlistener protocol
epipe occurred while sending event 3 to listener l, listener state unchanged
l: no result for event 3 within 1.5 seconds (event_timeout)
rebuffering event 3 for pool p (buf size=1, max=10)
pool p event buffer overflowed, discarding event 3`
	if d := cmp.Diff(want, strings.Join(got, "\n")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func ExampleEvent_Payload() {
	e := event.OfChange(time.Now(), "web", "web_00", process.Changed{
		From: process.Running, To: process.Exited, PID: 12, Expected: true,
	})
	fmt.Println(e.Type)
	fmt.Println(e.Payload())
	// Output:
	// PROCESS_STATE_EXITED
	// processname:web_00 groupname:web from_state:RUNNING expected:1 pid:12
}
