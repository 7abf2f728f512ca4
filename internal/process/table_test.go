package process_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"supervisord/internal/process"
	"supervisord/internal/testenv"
)

// now is the moment at which an input of the tables happens.
var now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

var policy = process.Policy{
	StartSecs: time.Second, StartRetries: 3, AutoRestart: process.Always, ExitCodes: []int{0},
	StopSignals: []int{15}, StopWait: 10 * time.Second, RespawnFloor: time.Second,
}

// states holds every kind of State that Next can meet, and inputs every kind of Input.
// Deadlines are due.
var (
	states = []struct {
		name  string
		state process.State
	}{
		{"STOPPED", process.State{}},
		{"STARTING, no child yet", process.State{Phase: process.Starting}},
		{"STARTING", process.State{Phase: process.Starting, PID: 7, Started: now, Deadline: now}},
		{"RUNNING", process.State{Phase: process.Running, PID: 7, Started: now.Add(-time.Hour)}},
		{"BACKOFF", process.State{Phase: process.Backoff, Failures: 1, Deadline: now}},
		{"STOPPING, no child yet", process.State{Phase: process.Stopping}},
		{"STOPPING", process.State{Phase: process.Stopping, PID: 7, StopStep: 1, Deadline: now}},
		{"EXITED", process.State{Phase: process.Exited}},
		{"EXITED, restart pending", process.State{Phase: process.Exited, Deadline: now}},
		{"FATAL", process.State{Phase: process.Fatal}},
		{"UNKNOWN", process.State{Phase: process.Unknown, PID: 7}},
	}
	inputs = []struct {
		name string
		in   process.Input
	}{
		{"Start", process.Start{}},
		{"Stop", process.Stop{}},
		{"Hold", process.Hold{}},
		{"Drain", process.Drain{}},
		{"Tick", process.Tick{}},
		{"Spawned", process.Spawned{PID: 8}},
		{"SpawnFailed", process.SpawnFailed{Reason: "no"}},
		{"Ready", process.Ready{}},
		{"Extend", process.Extend{For: time.Minute}},
		{"Hung", process.Hung{Reason: "no"}},
		{"Died", process.Died{Exit: process.Exit{Code: 1}}},
		{"SignalFailed", process.SignalFailed{Reason: "no"}},
	}
)

// TestEveryCell writes down what every input does in every phase. The golden is the
// table of the machine; a dash is an input that changes nothing.
func TestEveryCell(t *testing.T) {
	var b strings.Builder
	for _, s := range states {
		fmt.Fprintf(&b, "%s\n", s.name)
		for _, i := range inputs {
			fmt.Fprintf(&b, "\t%-13s%s\n", i.name, cell(s.state, i.in))
		}
	}
	testenv.Golden(t, "testdata/table.txt", b.String())
}

func cell(s process.State, in process.Input) string {
	next, effects := process.Next(policy, s, now, in)
	var did []string
	for _, e := range effects {
		did = append(did, sayEffect(e))
	}
	if next.Draining {
		did = append(did, "nothing starts any more")
	}
	if next.PID != s.PID {
		did = append(did, fmt.Sprintf("pid is %d", next.PID))
	}
	if next.Deadline != s.Deadline && !next.Deadline.IsZero() {
		did = append(did, fmt.Sprintf("tick in %v", next.Deadline.Sub(now)))
	}
	if len(did) == 0 && next == s {
		return "-"
	}
	return strings.Join(did, "; ")
}

// TestNothingStartsWhileDraining goes through the table again, after a Hold.
func TestNothingStartsWhileDraining(t *testing.T) {
	for _, s := range states {
		held, _ := process.Next(policy, s.state, now, process.Hold{})
		for _, i := range inputs {
			_, effects := process.Next(policy, held, now, i.in)
			for _, e := range effects {
				if _, ok := e.(process.Spawn); ok {
					t.Errorf("%s, Hold, %s: spawns", s.name, i.name)
				}
			}
		}
	}
}

func TestPhaseNames(t *testing.T) {
	var got strings.Builder
	for _, p := range append(process.Phases, 77) {
		fmt.Fprintf(&got, "%d %s", p, p)
		for _, set := range []struct {
			name string
			in   bool
		}{{"running", p.IsRunning()}, {"stopped", p.IsStopped()}, {"signallable", p.IsSignallable()}} {
			if set.in {
				got.WriteString(" " + set.name)
			}
		}
		got.WriteString("\n")
	}
	const want = `0 STOPPED stopped
10 STARTING running signallable
20 RUNNING running signallable
30 BACKOFF running
40 STOPPING signallable
100 EXITED stopped
200 FATAL stopped
1000 UNKNOWN stopped
77 Phase(77)
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

func TestExitInWords(t *testing.T) {
	for _, tt := range []struct {
		exit process.Exit
		want string
	}{
		{process.Exit{}, "exit status 0"},
		{process.Exit{Code: 3}, "exit status 3"},
		{process.Exit{Code: -1, Signal: "SIGKILL"}, "terminated by SIGKILL"},
		{process.Exit{Code: -1, Signal: "SIGSEGV", Core: true}, "terminated by SIGSEGV (core dumped)"},
	} {
		if got := tt.exit.String(); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.exit, got, tt.want)
		}
	}
}

func TestExitStatusOfATooQuickExitIsForgotten(t *testing.T) {
	died := process.Died{Exit: process.Exit{Code: 3}}
	for _, tt := range []struct {
		in   process.State
		want int
	}{
		{process.State{Phase: process.Running, PID: 7}, 3},
		{process.State{Phase: process.Starting, PID: 7, Started: now}, 0},
	} {
		next, _ := process.Next(policy, tt.in, now, died)
		if tt.in.Phase == process.Running { // it is started again, which clears the status
			next, _ = process.Next(process.Policy{}, tt.in, now, died)
		}
		if got := next.ExitStatus(); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.in.Phase, got, tt.want)
		}
		if tt.want == 0 && next.Exit.Code != 3 {
			t.Errorf("%s: Exit lost the code: %+v", tt.in.Phase, next.Exit)
		}
	}
}
