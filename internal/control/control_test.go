package control_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/control"
	"supervisord/internal/process"
)

// TestUptime holds durations as Python prints a timedelta.
func TestUptime(t *testing.T) {
	for _, tt := range []struct {
		d    time.Duration
		want string
	}{
		{-time.Hour, "0:00:00"},
		{0, "0:00:00"},
		{4999 * time.Millisecond, "0:00:04"},
		{59 * time.Second, "0:00:59"},
		{time.Minute, "0:01:00"},
		{time.Hour, "1:00:00"},
		{24*time.Hour - time.Second, "23:59:59"},
		{24 * time.Hour, "1 day, 0:00:00"},
		{48*time.Hour + time.Second, "2 days, 0:00:01"},
		{1234*24*time.Hour + 12*time.Hour, "1234 days, 12:00:00"},
	} {
		if got := control.Uptime(tt.d); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.d, got, tt.want)
		}
	}
}

func TestDescribe(t *testing.T) {
	started := time.Date(2026, time.November, 22, 10, 1, 2, 3, time.Local)
	ended := time.Date(2026, time.November, 2, 22, 5, 59, 0, time.Local)
	for _, tt := range []struct {
		info control.Info
		want string
	}{
		{control.Info{Phase: process.Running, PID: 12, Started: started, Now: started.Add(time.Hour)}, "pid 12, uptime 1:00:00"},
		{control.Info{Phase: process.Running, PID: 12, Started: started, Now: started.Add(-time.Hour)}, "pid 12, uptime 0:00:00"},
		{control.Info{Phase: process.Stopped}, "Not started"},
		{control.Info{Phase: process.Stopped, Started: started, Ended: ended}, "Nov 02 10:05 PM"},
		{control.Info{Phase: process.Exited, Started: started, Ended: started}, "Nov 22 10:01 AM"},
		{control.Info{Phase: process.Fatal, SpawnErr: "can't find command '/no/such'"}, "can't find command '/no/such'"},
		{control.Info{Phase: process.Backoff, SpawnErr: process.TooQuick}, "Exited too quickly (process log may have details)"},
		{control.Info{Phase: process.Fatal, Name: "web"}, `unknown error (try "tail web")`},
		{control.Info{Phase: process.Starting, PID: 12, Started: started}, ""},
		{control.Info{Phase: process.Stopping, PID: 12, Started: started}, ""},
		{control.Info{Phase: process.Unknown, PID: 12, Started: started, SpawnErr: "EPERM"}, ""},
	} {
		if got := control.Describe(tt.info); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.info, got, tt.want)
		}
	}
}

// TestParseSelector also wants every selector of a name to come back from its String,
// which may write the name in another way. No name selects everything.
func TestParseSelector(t *testing.T) {
	for _, tt := range []struct {
		name      string
		want      control.Selector
		isOne     bool
		writtenAs string
	}{
		{name: "web", want: control.Selector{Group: "web", Process: "web"}, isOne: true, writtenAs: "web"},
		{name: "web:web", want: control.Selector{Group: "web", Process: "web"}, isOne: true, writtenAs: "web"},
		{name: "g:web", want: control.Selector{Group: "g", Process: "web"}, isOne: true, writtenAs: "g:web"},
		{name: "g:*", want: control.OfGroup("g"), writtenAs: "g:*"},
		{name: "g:", want: control.OfGroup("g"), writtenAs: "g:*"},
		{name: "g:a:b", want: control.Selector{Group: "g", Process: "a:b"}, isOne: true, writtenAs: "g:a:b"},
		{name: "all", want: control.Selector{Group: "all", Process: "all"}, isOne: true, writtenAs: "all"},
		{name: "", writtenAs: ":*"},
		{name: ":*", writtenAs: ":*"},
		{name: ":", writtenAs: ":*"},
		{name: ":web", want: control.Selector{Process: "web"}, isOne: true, writtenAs: ":web"},
	} {
		got := control.ParseSelector(tt.name)
		if got != tt.want {
			t.Errorf("%q: got %+v, want %+v", tt.name, got, tt.want)
		}
		if got.IsOne() != tt.isOne || got.IsAll() || got.String() != tt.writtenAs {
			t.Errorf("%q: one %v, all %v, written %q", tt.name, got.IsOne(), got.IsAll(), got)
		}
		if again := control.ParseSelector(got.String()); again != got {
			t.Errorf("%q: %+v comes back as %+v", tt.name, got, again)
		}
	}
}

func TestSelectorOfInfo(t *testing.T) {
	info := control.Info{Name: "web_00", Group: "web"}
	if got := info.Selector().String(); got != "web:web_00" {
		t.Errorf("got %q", got)
	}
}

func TestFault(t *testing.T) {
	for _, tt := range []struct {
		fault *control.Fault
		want  string
	}{
		{control.NewFault(control.BadName, "web"), "BAD_NAME: web"},
		{control.NewFault(control.ShutdownState, ""), "SHUTDOWN_STATE"},
		{control.NewFault(control.NoFile, "can't find command '/x'"), "NO_FILE: can't find command '/x'"},
	} {
		if got := tt.fault.Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	err := fmt.Errorf("start: %w", control.NewFault(control.BadName, "web"))
	if !errors.Is(err, control.NewFault(control.BadName, "")) {
		t.Error("a fault does not match its code")
	}
	if errors.Is(err, control.NewFault(control.BadSignal, "web")) || errors.Is(err, errors.New("BAD_NAME: web")) {
		t.Error("a fault matches something else")
	}
}

// TestCodes holds the table of Python's manual, and says what a code beyond it is.
func TestCodes(t *testing.T) {
	want := map[control.Code]string{
		1: "UNKNOWN_METHOD", 2: "INCORRECT_PARAMETERS", 3: "BAD_ARGUMENTS", 4: "SIGNATURE_UNSUPPORTED",
		6: "SHUTDOWN_STATE", 10: "BAD_NAME", 11: "BAD_SIGNAL", 20: "NO_FILE", 21: "NOT_EXECUTABLE",
		30: "FAILED", 40: "ABNORMAL_TERMINATION", 50: "SPAWN_ERROR", 60: "ALREADY_STARTED",
		70: "NOT_RUNNING", 80: "SUCCESS", 90: "ALREADY_ADDED", 91: "STILL_RUNNING", 92: "CANT_REREAD",
	}
	if d := cmp.Diff(want, control.Codes); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := control.Code(77).String(); got != "Code(77)" {
		t.Errorf("got %q", got)
	}
}

func TestWords(t *testing.T) {
	got := fmt.Sprint(control.MoodRestarting, control.MoodRunning, control.MoodShutdown, control.Mood(2), control.Stdout, control.Stderr)
	if want := "RESTARTING RUNNING SHUTDOWN Mood(2) stdout stderr"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
