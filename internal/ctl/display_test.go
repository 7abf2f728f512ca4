package ctl_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/control"
	"supervisord/internal/process"
)

// runTerminal runs a line in a terminal, and shows escape sequences as their codes.
func runTerminal(t *testing.T, f *supervisor, columns int, environ, line string) answer {
	t.Helper()
	var out, errs bytes.Buffer
	code := execute(t, terminal(env(f, &out, &errs), columns, strings.Fields(environ)...), strings.Fields(line)...)
	return answer{strings.ReplaceAll(out.String(), "\x1b", "ESC"), errs.String(), code}
}

// every returns a supervisor with a process in every state.
func every() *supervisor {
	f := &supervisor{version: "4.2.5", api: "3.0"}
	for _, p := range process.Phases {
		name := strings.ToLower(p.String())
		f.programs = append(f.programs, &program{Info: control.Info{Group: name, Name: name, Phase: p, Description: "what " + name + " is\x1b[2J"}})
	}
	failed := &program{Info: control.Info{Group: "group", Name: "failed", Phase: process.Exited, ExitStatus: 3}}
	f.programs = append(f.programs, failed)
	return f
}

func TestStatusOnTerminal(t *testing.T) {
	want := lines(
		"stopped       ESC[2mSTOPPEDESC[0m   what stopped is�[2J",
		"starting      ESC[33mSTARTINGESC[0m  what starting is�[2J",
		"running       ESC[32mRUNNINGESC[0m   what running is�[2J",
		"backoff       ESC[33mBACKOFFESC[0m   what backoff is�[2J",
		"stopping      ESC[33mSTOPPINGESC[0m  what stopping is�[2J",
		"exited        ESC[2mEXITEDESC[0m    what exited is�[2J",
		"fatal         ESC[31mFATALESC[0m     what fatal is�[2J",
		"unknown       ESC[31mUNKNOWNESC[0m   what unknown is�[2J",
		"group:failed  ESC[31mEXITEDESC[0m    ",
	)
	if d := cmp.Diff(answer{want, "", 3}, runTerminal(t, every(), 80, "", "status")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestTerminals(t *testing.T) {
	const row = "web  RUNNING  pid 13, uptime 0:00:05\n"
	coloured := strings.Replace(row, "RUNNING", "ESC[32mRUNNINGESC[0m", 1)
	for _, c := range []struct {
		environ string
		columns int
		want    string
	}{
		{"", 36, coloured},
		{"", 35, strings.Replace(coloured, "0:05", "0:…", 1)},
		{"", 15, strings.Replace(coloured, "pid 13, uptime 0:00:05", "…", 1)},
		{"", 3, strings.Replace(coloured, "pid 13, uptime 0:00:05", "", 1)},
		{"", 0, coloured}, // nobody has set the size
		{"NO_COLOR=1", 80, row},
		{"NO_COLOR=", 80, coloured},
		{"TERM=dumb", 80, row},
		{"TERM=", 80, row},
		{"TERM= WT_SESSION=1", 80, coloured},
	} {
		if d := cmp.Diff(answer{Out: c.want}, runTerminal(t, newSupervisor(), c.columns, c.environ, "status web")); d != "" {
			t.Errorf("%d columns, %q (-want +got):\n%s", c.columns, c.environ, d)
		}
	}
}

func TestOtherVerbsOnTerminal(t *testing.T) {
	for line, want := range map[string]answer{
		"avail": {Out: lines(
			"grp:a  ESC[32min useESC[0m  auto    5:10",
			"web    ESC[2mavailESC[0m   manual  -1:999")},
		"start web manual": {Out: "web: ESC[31mERROR (already started)ESC[0m\nmanual: started\n"},
		"status nope":      {Out: "nope: ESC[31mERROR (no such process)ESC[0m\n", Code: 4},
		"add nope":         {Out: "ESC[31mERROR: no such process/group: nopeESC[0m\n", Code: 1},
		"pid web":          {Out: "13\n"},
		"status --json z":  {Out: "{\n  \"processes\": [],\n  \"errors\": [\n    {\n      \"name\": \"z\",\n      \"error\": \"no such process\"\n    }\n  ]\n}\n", Code: 4},
	} {
		f := newSupervisor()
		f.config = []control.ProgramInfo{
			{Group: "grp", Name: "a", InUse: true, AutoStart: true, GroupPriority: 5, Priority: 10},
			{Group: "web", Name: "web", GroupPriority: -1, Priority: 999},
		}
		if d := cmp.Diff(want, runTerminal(t, f, 80, "", line)); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
	}
}

func TestNothingOnTerminal(t *testing.T) {
	f := &supervisor{version: "4.2.5", api: "3.0"}
	for _, line := range []string{"status", "avail"} {
		if d := cmp.Diff(answer{}, runTerminal(t, f, 80, "", line)); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
	}
}
