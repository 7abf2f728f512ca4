package ctl_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/control"
	"supervisord/internal/process"
	"supervisord/internal/testenv"
)

// scripting is the page that shows the JSON of every verb.
const scripting = "../../docs/scripting.md"

// documented is the supervisor of that page.
func documented() *supervisor {
	f := withChanges()
	started := time.Date(2026, 5, 4, 3, 2, 1, 0, time.FixedZone("CEST", 2*3600))
	web := f.named("web")
	web.Started, web.Now = started, started.Add(90*time.Second)
	web.Ended = started.Add(-time.Hour) // of an earlier child, which is not told
	web.Description, web.StdoutLog = "pid 13, uptime 0:01:30", "/var/log/web.log"
	web.stdout = "one\ntwo <\xff>\n"
	broken := f.named("broken")
	broken.Phase, broken.Started, broken.Ended, broken.ExitStatus = process.Fatal, started, started.Add(time.Second), 3
	broken.SpawnErr = "can't find command '/no/such'"
	f.config = []control.ProgramInfo{{Group: "grp", Name: "a", InUse: true, AutoStart: true, GroupPriority: 5, Priority: 10, Command: "/bin/a --x"}}
	log := "main log\n"
	f.mainLog = &log
	return f
}

// What docs/scripting.md shows is what the verbs print. UPDATE=1 writes it again.
func TestJSON(t *testing.T) {
	text, err := os.ReadFile(scripting)
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```console\n\\$ supervisorctl ([^\n]+)\n.*?```")
	got := block.ReplaceAllStringFunc(string(text), func(old string) string {
		line := block.FindStringSubmatch(old)[1]
		a := run(t, documented(), line)
		if !json.Valid([]byte(a.Out)) || a.Err != "" {
			t.Errorf("%s: not JSON alone: %+v", line, a)
		}
		exit := ""
		if a.Code != 0 {
			exit = fmt.Sprintf("[exit code %d]\n", a.Code)
		}
		return "```console\n$ supervisorctl " + line + "\n" + a.Out + exit + "```"
	})
	if n := len(block.FindAllString(got, -1)); n < 11 {
		t.Errorf("%d outputs are left in %s", n, scripting)
	}
	testenv.Golden(t, scripting, got)
}

// Lists are lists when they are empty, and a command that has no end has no JSON.
func TestJSONWithoutContents(t *testing.T) {
	for line, want := range map[string]answer{
		"reread --json": {Out: `{"groups":{"available":[],"changed":[],"disappeared":[]}}`},
		"update --json": {Out: `{"results":[]}`},
		"avail --json":  {Out: `{"programs":[]}`},
		"status --json": {Out: `{"processes":[],"errors":[]}`},
		"status --json -w": {
			Out:  `{"error":{"message":"--json shows the status as it is and does not follow it"}}`,
			Code: 1,
		},
	} {
		got := run(t, &supervisor{version: "4.2.5", api: "3.0"}, line)
		var compact bytes.Buffer
		if err := json.Compact(&compact, []byte(got.Out)); err != nil {
			t.Errorf("%s: %v: %q", line, err, got.Out)
		}
		got.Out = strings.TrimSpace(compact.String())
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
	}
}

// With --json every verb that has it prints one JSON object, whatever happens, and exits
// as it does without.
func TestJSONKeepsExitCodes(t *testing.T) {
	for _, line := range []string{
		"status", "status nope", "status manual nope:*", "pid", "pid web manual", "pid nope", "pid all", "avail", "version", "version x",
		"reread", "start", "start web nope", "start nope:*", "start broken", "stop manual", "stop", "restart all", "restart nope",
		"signal HUP manual", "signal HUP", "signal FOO web", "clear all", "clear", "add", "add nope", "remove web", "update", "update nope",
		"tail", "tail web", "tail nope", "tail -x web", "tail web foo", "tail -f web", "maintail", "maintail x", "logtail web", "logtail",
		"start-group grp", "stop-group", "stop-group x:y", "restart-group nope",
	} {
		verb, rest, _ := strings.Cut(line, " ")
		for name, err := range map[string]error{
			"well": nil, "no file": fs.ErrNotExist, "down": control.NewFault(control.ShutdownState, ""), "no method": control.NewFault(control.UnknownMethod, ""),
		} {
			f, g := newSupervisor(), newSupervisor()
			f.err, g.err = err, err
			want := run(t, f, line)
			got := run(t, g, verb+" --json "+rest)
			if line == "tail -f web" && err == nil {
				want.Code = 1 // refused
			}
			var object map[string]any
			d := json.NewDecoder(bytes.NewBufferString(got.Out))
			if e := d.Decode(&object); e != nil || d.More() || got.Err != "" || got.Code != want.Code {
				t.Errorf("%s, %s: %v: %+v, want exit code %d", line, name, e, got, want.Code)
			}
		}
	}
}

// What a command has done stays in the JSON when an error ends it.
func TestJSONOfAnErrorInTheMiddle(t *testing.T) {
	f := newSupervisor()
	f.named("manual").startFault = control.NewFault(control.IncorrectParameters, "")
	got := run(t, f, "start web manual broken --json")
	want := `{
  "results": [
    {
      "name": "web",
      "group": "web",
      "process": "web",
      "error": "already started"
    }
  ],
  "error": {
    "message": "INCORRECT_PARAMETERS"
  }
}
`
	if d := cmp.Diff(answer{Out: want, Code: 1}, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// A wait that was given up is an error with the results so far.
func TestJSONOfATimeout(t *testing.T) {
	got := runSluggish(t, newSluggish(process.Stopped, "a"), atTerminal, "start all --json --timeout=300ms")
	want := `{
  "results": [
    {
      "name": "w:a",
      "group": "w",
      "process": "a",
      "error": "timed out, still STARTING"
    }
  ],
  "error": {
    "message": "timed out",
    "hint": "supervisord goes on starting; the verb status tells how far it is"
  }
}
`
	if d := cmp.Diff(answer{Out: want, Code: 124}, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
