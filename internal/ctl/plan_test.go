package ctl_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"supervisord/internal/control"
	"supervisord/internal/ctl"
)

// withPlan is withChanges of a supervisor that updates by itself.
func withPlan() *supervisor {
	f := withChanges()
	restarts := []control.OptionChange{{Option: "command", Old: "/bin/a", New: "/bin/b", Takes: "restart"}, {Option: "umask", Old: "", New: "022", Takes: "restart"}}
	f.plan = &control.Plan{Groups: []control.GroupPlan{
		{
			Name: "grp", Fate: control.GroupChanged, Changes: []control.OptionChange{{Option: "priority", Old: "999", New: "5", Takes: "live"}},
			Processes: []control.ProcessPlan{
				{Name: "a", Step: control.StepRestart, Changes: restarts},
				{Name: "b", Step: control.StepRestart, Changes: restarts},
				{Name: "c", Step: control.StepLive, Changes: []control.OptionChange{{Option: "startsecs", Old: "1", New: "5", Takes: "live"}}},
			},
		},
		{Name: "new", Fate: control.GroupAdded, Processes: []control.ProcessPlan{
			{Name: "0", Step: control.StepStart}, {Name: "1", Step: control.StepStart}, {Name: "2", Step: control.StepStart}, {Name: "3", Step: control.StepStart},
		}},
		{Name: "web", Fate: control.GroupRemoved, Processes: []control.ProcessPlan{{Name: "web", Step: control.StepStop}}, Whole: true},
	}}
	return f
}

const grpDetails = `  priority: 999 -> 5 (live)
  grp:a, grp:b: restart
    command: /bin/a -> /bin/b (restart)
    umask: (none) -> 022 (restart)
  grp:c: live
    startsecs: 1 -> 5 (live)
`

func TestPlan(t *testing.T) {
	want := answer{Out: "grp: changed\n" + grpDetails +
		"new: added\n  new:0 … new:3 (4 processes): start\nweb: removed\n  web: stop\n", Code: 2}
	if d := cmp.Diff(want, run(t, withPlan(), "plan")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	f := newSupervisor()
	f.plan = &control.Plan{}
	if d := cmp.Diff(answer{Out: "No config updates to processes\n"}, run(t, f, "plan")); d != "" {
		t.Errorf("nothing (-want +got):\n%s", d)
	}
	f.rereadErr = control.NewFault(control.CantReread, "s.conf:3: no\ns.conf:4: no")
	if d := cmp.Diff(answer{Out: "ERROR: CANT_REREAD: s.conf:3: no\ns.conf:4: no\n", Code: 1}, run(t, f, "plan")); d != "" {
		t.Errorf("broken (-want +got):\n%s", d)
	}
	want = answer{Out: "ERROR: this supervisor restarts every group that reread calls changed\n", Code: 1}
	if d := cmp.Diff(want, run(t, newSupervisor(), "plan")); d != "" {
		t.Errorf("Python's (-want +got):\n%s", d)
	}
}

// withNeeds is a supervisor in which processes start since others need them.
func withNeeds() *supervisor {
	f := newSupervisor()
	sel := control.ParseSelector
	var many []control.Selector
	for _, name := range []string{"w:0", "w:1", "w:2", "w:3"} {
		many = append(many, sel(name))
	}
	f.plan = &control.Plan{
		Groups: []control.GroupPlan{{Name: "grp", Fate: control.GroupChanged, Processes: []control.ProcessPlan{
			{Name: "a", Step: control.StepStart}, {Name: "b", Step: control.StepStart}, {Name: "c", Step: control.StepStart},
		}}},
		Needed: []control.NeededStart{
			{Process: sel("db:0"), For: many[:2]},
			{Process: sel("db:1"), For: many[:2]},
			{Process: sel("cache"), For: many},
			{Process: sel("grp:b"), For: many[:1]},
			{Process: sel("grp:c"), For: many[:1]},
			{Process: sel("meek")},
		},
	}
	return f
}

func TestPlanTellsWhatIsNeeded(t *testing.T) {
	const details = "  grp:a: start\n  grp:b, grp:c: start, since w:0 needs it\n" +
		"db:0, db:1: start, since w:0, w:1 need it\n" +
		"cache: start, since w:0, w:1 and 2 others need it\n" +
		"meek: start, since its needs have changed\n"
	if d := cmp.Diff(answer{Out: "grp: changed\n" + details, Code: 2}, run(t, withNeeds(), "plan")); d != "" {
		t.Errorf("plan (-want +got):\n%s", d)
	}
	const updated = "grp: updated process group\n"
	if d := cmp.Diff(answer{Out: updated}, run(t, withNeeds(), "update")); d != "" {
		t.Errorf("update (-want +got):\n%s", d)
	}
	if d := cmp.Diff(answer{Out: updated + details}, runTerminal(t, withNeeds(), 80, "", "update")); d != "" {
		t.Errorf("update on a terminal (-want +got):\n%s", d)
	}
	if d := cmp.Diff(answer{Out: "web: scaled to 3\n" + details}, runTerminal(t, withNeeds(), 80, "", "scale web=3")); d != "" {
		t.Errorf("scale on a terminal (-want +got):\n%s", d)
	}
	f := withNeeds()
	f.plan.Groups, f.plan.Needed = nil, f.plan.Needed[4:]
	want := answer{Out: `{
  "plan": [],
  "needed": [
    {
      "name": "grp:c",
      "group": "grp",
      "process": "c",
      "for": [
        "w:0"
      ]
    },
    {
      "name": "meek",
      "group": "meek",
      "process": "meek",
      "for": []
    }
  ]
}
`, Code: 2}
	if d := cmp.Diff(want, run(t, f, "plan --json")); d != "" {
		t.Errorf("--json (-want +got):\n%s", d)
	}
}

func TestPlanAsJSON(t *testing.T) {
	f := withPlan()
	f.plan.Groups = f.plan.Groups[2:]
	const want = `{
  "plan": [
    {
      "group": "web",
      "change": "removed",
      "options": [],
      "processes": [
        {
          "name": "web",
          "process": "web",
          "step": "stop",
          "options": []
        }
      ]
    }
  ]
}
`
	if d := cmp.Diff(answer{Out: want, Code: 2}, run(t, f, "plan --json")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// Where the supervisor knows how, it is asked to update, and Python's words say what came
// of it: that a group was stopped only if it was as a whole.
func TestUpdateByTheSupervisor(t *testing.T) {
	for line, want := range map[string]answer{
		"update":          {Out: lines("web: stopped", "web: removed process group", "grp: updated process group", "new: added process group")},
		"update grp":      {Out: lines("grp: updated process group")},
		"update web nope": {Out: lines("ERROR: no such group: nope", "web: stopped", "web: removed process group"), Code: 1},
		"update nope":     {Out: lines("ERROR: no such group: nope"), Code: 1},
	} {
		f := withPlan()
		if d := cmp.Diff(want, run(t, f, line)); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
		if len(f.calls) > 1 || want.Out != "ERROR: no such group: nope\n" && !strings.HasPrefix(f.calls[0], "update") {
			t.Errorf("%s: calls %q", line, f.calls)
		}
	}
	f := withPlan()
	f.plan.Groups[0].Whole = true
	f.plan.Groups[2].Problem = "cannot be stopped: web"
	want := answer{Out: lines("web: stopped", "web: has problems; not removed: cannot be stopped: web", "grp: stopped", "grp: updated process group", "new: added process group"), Code: 1}
	if d := cmp.Diff(want, run(t, f, "update")); d != "" {
		t.Errorf("with a problem (-want +got):\n%s", d)
	}
}

func TestUpdateOnTerminalTellsTheDetails(t *testing.T) {
	want := answer{Out: "web: stopped\nweb: removed process group\n  web: stop\ngrp: updated process group\n" + grpDetails +
		"new: added process group\n  new:0 … new:3 (4 processes): start\n"}
	if d := cmp.Diff(want, runTerminal(t, withPlan(), 80, "", "update")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// withSections is a supervisor with changes of its own sections, and of no program.
func withSections() *supervisor {
	f := newSupervisor()
	f.plan = &control.Plan{Sections: []control.SectionPlan{
		{Name: "supervisord", Fate: control.GroupChanged, Changes: []control.OptionChange{
			{Option: "loglevel", Old: "info", New: "debug", Takes: "live"},
			{Option: "umask", Old: "022", New: "027", Takes: "daemon restart"},
		}},
		{Name: "inet_http_server", Fate: control.GroupAdded},
		{Name: "inet_http_server:b", Fate: control.GroupRemoved},
	}}
	return f
}

// Sections of the daemon are updated where no group has changed, which reread would tell.
func TestSectionsOfTheDaemon(t *testing.T) {
	const changes = "  loglevel: info -> debug (live)\n  umask: 022 -> 027 (daemon restart)\n"
	want := answer{Out: "[supervisord]: changed\n" + changes + "[inet_http_server]: added\n[inet_http_server:b]: removed\n", Code: 2}
	if d := cmp.Diff(want, run(t, withSections(), "plan")); d != "" {
		t.Errorf("plan (-want +got):\n%s", d)
	}
	words := []string{"[supervisord]: updated", "[supervisord]: needs a restart of the daemon: umask", "[inet_http_server]: added", "[inet_http_server:b]: removed"}
	for _, line := range []string{"update", "update all"} {
		if d := cmp.Diff(answer{Out: lines(words...)}, run(t, withSections(), line)); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
	}
	want = answer{Out: lines(words[0], words[1]) + changes + lines(words[2], words[3])}
	if d := cmp.Diff(want, runTerminal(t, withSections(), 80, "", "update")); d != "" {
		t.Errorf("on a terminal (-want +got):\n%s", d)
	}
	f := withSections()
	f.plan.Sections = f.plan.Sections[1:2]
	f.plan.Sections[0].Problem = "no"
	want = answer{Out: lines("[inet_http_server]: has problems; not added: no"), Code: 1}
	if d := cmp.Diff(want, run(t, f, "update")); d != "" {
		t.Errorf("problem (-want +got):\n%s", d)
	}
	want = answer{Out: `{
  "sections": [
    {
      "section": "inet_http_server",
      "change": "added",
      "options": [],
      "problem": "no"
    }
  ],
  "results": [
    {
      "name": "[inet_http_server]",
      "group": "",
      "error": "has problems: no"
    }
  ]
}
`, Code: 1}
	if d := cmp.Diff(want, run(t, f, "update --json")); d != "" {
		t.Errorf("--json (-want +got):\n%s", d)
	}
}

func TestScale(t *testing.T) {
	f := withPlan()
	want := answer{Out: "web: scaled to 8\nnope: ERROR (no such program)\n", Code: 1}
	if d := cmp.Diff(want, run(t, f, "scale web=8 nope=2")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if d := cmp.Diff([]string{"scale web 8", "scale nope 2"}, f.calls); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
	for _, line := range []string{"scale", "scale web", "scale web=", "scale web=x", "scale =3", "scale web=0", "scale web=8 x"} {
		f := withPlan()
		if got := run(t, f, line); got.Code != 1 || !strings.HasPrefix(got.Out, "Error: ") || len(f.calls) > 0 {
			t.Errorf("%s: %+v, calls %q", line, got, f.calls)
		}
	}
	want = answer{Out: "ERROR: this supervisor has the numbers of its configuration file alone\n", Code: 1}
	if d := cmp.Diff(want, run(t, newSupervisor(), "scale web=8")); d != "" {
		t.Errorf("Python's (-want +got):\n%s", d)
	}
}

func TestStatusOnTerminalShowsWhatIsPending(t *testing.T) {
	f := newSupervisor()
	f.named("web").Pending = []string{"stdout_logfile", "log_format"}
	want := answer{Out: "web  RUNNING  pid 13, uptime 0:00:05, at the next start: stdout_logfile log_format\n"}
	if d := cmp.Diff(want, runTerminal(t, f, 120, "NO_COLOR=1", "status web")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	want = answer{Out: "web                              RUNNING   pid 13, uptime 0:00:05\n"}
	if d := cmp.Diff(want, run(t, f, "status web")); d != "" {
		t.Errorf("in a pipe (-want +got):\n%s", d)
	}
}

// reload is the update of the Go original under its own name, and a restart of the daemon
// under that of Python's command line.
func TestReloadUnderBothNames(t *testing.T) {
	for name, want := range map[string]answer{
		"ctl":           {Out: lines("web: stopped", "web: removed process group", "grp: updated process group", "new: added process group")},
		"supervisorctl": {Out: "Restarted supervisord\n"},
	} {
		var out, errs bytes.Buffer
		root := &cobra.Command{Use: "supervisord"}
		root.AddCommand(ctl.NewCommand("ctl", env(withPlan(), &out, &errs)))
		root.SetArgs([]string{"ctl", "reload"})
		if name != "ctl" {
			root = ctl.NewCommand(name, env(withPlan(), &out, &errs))
			root.SetArgs([]string{"reload"})
		}
		if err := root.ExecuteContext(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, answer{Out: out.String(), Err: errs.String()}); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	if d := cmp.Diff(answer{Out: "Restarted supervisord\n"}, run(t, withPlan(), "restart-daemon")); d != "" {
		t.Errorf("restart-daemon (-want +got):\n%s", d)
	}
}
