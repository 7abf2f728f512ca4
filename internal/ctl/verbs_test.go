package ctl_test

import (
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
	"supervisord/internal/control"
)

// lines joins the lines that a command prints.
func lines(s ...string) string { return strings.Join(s, "\n") + "\n" }

const (
	rowBroken = "broken                           FATAL     can't find command '/no/such'"
	rowA      = "grp:a                            RUNNING   pid 11, uptime 0:00:05"
	rowB      = "grp:b                            RUNNING   pid 12, uptime 0:00:05"
	rowManual = "manual                           STOPPED   Not started"
	rowWeb    = "web                              RUNNING   pid 13, uptime 0:00:05"
)

func TestVerbs(t *testing.T) {
	for _, c := range []struct {
		line string
		want string
		code int
	}{
		{"status", lines(rowBroken, rowA, rowB, rowManual, rowWeb), 3},
		{"status all nope", lines(rowBroken, rowA, rowB, rowManual, rowWeb), 3},
		{"status web grp:*", lines(rowWeb, rowA, rowB), 0},
		{"status grp: web:web", lines(rowA, rowB, rowWeb), 0},
		{"status web nope nope:* :x : grp", lines("nope: ERROR (no such process)", "nope: ERROR (no such group)",
			":x: ERROR (no such process)", ": ERROR (no such group)", "grp: ERROR (no such process)", rowWeb), 4},
		{"status nope manual", lines("nope: ERROR (no such process)", rowManual), 3},

		{"pid", "77\n", 0},
		{"pid all", "0\n11\n12\n0\n13\n", 0},
		{"pid web all nope", "0\n11\n12\n0\n13\n", 0},
		{"pid web grp:b", "13\n12\n", 0},
		{"pid manual web", "0\n13\n", 7},
		{"pid nope manual", "No such process nope\n0\n", 7},
		{"pid manual grp:* :", "0\nNo such process grp:*\nNo such process :\n", 1},

		{"start manual", "manual: started\n", 0},
		{"start web", "web: ERROR (already started)\n", 0},
		{"start web:web nope grp:x", lines("web: ERROR (already started)", "nope: ERROR (no such process)", "grp:x: ERROR (no such process)"), 1},
		{"start broken manual", "broken: ERROR (no such file)\nmanual: started\n", 1},
		{"start all", "broken: ERROR (no such file)\nmanual: started\n", 1},
		{"start manual all", "broken: ERROR (no such file)\nmanual: started\n", 1},
		{"start grp:*", "", 0},
		{"start nope:* nope", "nope: ERROR (no such group)\nnope: ERROR (no such process)\n", 1},
		{"start nope nope:", "nope: ERROR (no such process)\nnope: ERROR (no such group)\n", 2},
		{"start :", ": ERROR (no such group)\n", 2},
		{"start :x", ":x: ERROR (no such process)\n", 1},

		{"stop web manual", "web: stopped\nmanual: ERROR (not running)\n", 0},
		{"stop grp:", "grp:a: stopped\ngrp:b: stopped\n", 0},
		{"stop all", "grp:a: stopped\ngrp:b: stopped\nweb: stopped\n", 0},
		{"stop nope:* web", "nope: ERROR (no such group)\nweb: stopped\n", 1},
		{"stop :", ": ERROR (no such group)\n", 1},

		{"restart web manual", lines("web: stopped", "manual: ERROR (not running)", "web: started", "manual: started"), 0},
		{"restart all", lines("grp:a: stopped", "grp:b: stopped", "web: stopped", "broken: ERROR (no such file)",
			"grp:a: started", "grp:b: started", "manual: started", "web: started"), 1},
		{"restart nope:*", "nope: ERROR (no such group)\nnope: ERROR (no such group)\n", 2},

		{"start-group grp", "", 0},
		{"stop-group grp web:*", "grp:a: stopped\ngrp:b: stopped\nweb: stopped\n", 0},
		{"stop-group nope", "nope: ERROR (no such group)\n", 1},
		{"start-group all", "all: ERROR (no such group)\n", 2},
		{"restart-group grp", "grp:a: stopped\ngrp:b: stopped\ngrp:a: started\ngrp:b: started\n", 0},
		{"stop-group grp:a", "Error: grp:a is not the name of a group\nstop-group <gname> [...]\tStop all processes in groups, like stop <gname>:*\n", 2},
		{"stop-group", "Error: stop-group requires the name of a group\nstop-group <gname> [...]\tStop all processes in groups, like stop <gname>:*\n", 2},
		{"stop-group :*", "Error: :* is not the name of a group\nstop-group <gname> [...]\tStop all processes in groups, like stop <gname>:*\n", 2},
		{"start manual --no-wait", "manual: starting\n", 0},
		{"stop --no-wait web grp:a", "web: stopping\ngrp:a: stopping\n", 0},
		{"restart --no-wait web", "web: stopped\nweb: starting\n", 0},

		{"signal HUP web grp:*", "web: signalled\ngrp:a: signalled\ngrp:b: signalled\n", 0},
		{"signal HUP all", "grp:a: signalled\ngrp:b: signalled\nweb: signalled\n", 0},
		{"signal HUP manual web", "manual: ERROR (not running)\nweb: signalled\n", 7},
		{"signal FOO web", "web: ERROR (bad signal name)\n", 1},
		{"signal HUP nope nope:*", "nope: ERROR (no such process)\nnope: ERROR (no such group)\n", 1},

		{"clear web nope", "web: cleared\nnope: ERROR (no such process)\n", 1},
		{"clear grp:*", "grp:a: cleared\ngrp:b: cleared\n", 0},
		{"clear all", lines("broken: ERROR (failed)", "grp:a: cleared", "grp:b: cleared", "manual: cleared", "web: cleared"), 1},

		{"tail web", "one\ntwo\n\n", 0},
		{"tail -3 web", "wo\n\n", 0},
		{"tail -0 web:web", "one\ntwo\n\n", 0},
		{"tail web STDERR", "oops\n\n", 0},
		{"tail -2 web x stderr", "Error: too many arguments\n" + tailHelp, 1},
		{"tail", "Error: too few arguments\n" + tailHelp, 1},
		{"tail -5", "Error: tail requires process name\n", 1},
		{"tail -5x web", "Error: bad argument -5x\n", 1},
		{"tail -2147483647 web", "one\ntwo\n\n", 0},
		{"tail -2147483648 web", "Error: bad argument -2147483648\n", 1},
		{"tail -x web OOPS", "Error: bad channel 'oops'\n", 1},
		{"tail nope", "nope: ERROR (no such process name)\n", 1},
		{"tail grp:", "grp:: ERROR (no such process name)\n", 1},
		{"tail :", ":: ERROR (no such process name)\n", 1},
		{"tail broken", "broken: ERROR (no log file)\n", 1},
		{"maintail", "supervisord: ERROR (no log file)\n", 1},
		{"logtail web", "one\ntwo\n\n", 0},
		{"logtail -3 web", "wo\n\n", 0},
		{"logtail web stderr", "oops\n\n", 0},
		{"logtail -t stderr web", "oops\n\n", 0},
		{"logtail web --type stderr", "oops\n\n", 0},
		{"logtail -f web -t stdout", "==> Press Ctrl-C to exit <==\none\ntwo\n", 0},
		{"logtail web -t oops", "Error: bad channel 'oops'\n", 1},
		{"logtail -t stderr", "Error: too few arguments\nlogtail [-f] <name> [stdout|stderr]\tShow the end of a process' log, as tail does\nlogtail -t stderr <name>\t\tThe same, as the Go version of supervisord has it\n", 1},
		{"tail -f", "Error: tail requires process name\n", 1},
		{"tail -fx web", "Error: bad argument -fx\n", 1},
		{"tail -f web OOPS", "Error: bad channel 'oops'\n", 1},
		{"tail web -f", "Error: bad channel '-f'\n", 1},
		{"tail -f web stdout x", "Error: too many arguments\n" + tailHelp, 1},
		{"tail -f web", "==> Press Ctrl-C to exit <==\none\ntwo\n", 0},
		{"tail -f web:web STDERR", "==> Press Ctrl-C to exit <==\noops\n", 0},
		{"maintail -f -f", "Error: too many arguments\n" + maintailHelp, 1},
		{"maintail -x", "Error: bad argument -x\n", 1},
		{"maintail 5", "Error: bad argument 5\n", 1},

		{"version", "4.2.5\n", 0},
		{"version x", "Error: version accepts no arguments\nversion\t\t\tShow the version of the remote supervisord process\n", 1},
		{"shutdown", "Shut down\n", 0},
		{"reload", "Restarted supervisord\n", 0},
		{"reopen", "Reopened logs\n", 0},
		{"avail", "", 0},
		{"reread", "No config updates to processes\n", 0},
		{"update", "", 0},
		{"update nope web", "ERROR: no such group: nope\n", 1},
		{"add", "", 0},
		{"add web", "ERROR: process group already active\n", 0},
		{"add nope", "ERROR: no such process/group: nope\n", 1},
		{"remove manual web nope", lines("manual: removed process group", "ERROR: process/group still running: web", "ERROR: no such process/group: nope"), 1},

		{"bogus  x", "*** Unknown syntax: bogus x\n", 1},
		{"STATUS", "*** Unknown syntax: STATUS\n", 1},
		{"!ls", "*** Unknown syntax: !ls\n", 1},
		{"status;x", ";x: ERROR (no such process)\n", 4},
		{"help nope", "*** No help on nope\n", 0},
		{"? version", "version\t\t\tShow the version of the remote supervisord process\n", 0},
	} {
		t.Run(c.line, func(t *testing.T) {
			got := run(t, newSupervisor(), c.line)
			if d := cmp.Diff(answer{Out: c.want, Code: c.code}, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

const tailHelp = "tail [-f] <name> [stdout|stderr] (default stdout)\nEx:\n" +
	"tail -f <name>\t\tContinuous tail of named process stdout\n\t\t\tCtrl-C to exit.\n" +
	"tail -100 <name>\tlast 100 *bytes* of process stdout\n" +
	"tail <name> stderr\tlast 1600 *bytes* of process stderr\n"

// A verb that acts on processes prints its help, under the exit codes of Python, when
// it is told none.
func TestVerbsWithoutNames(t *testing.T) {
	want := map[string]answer{
		"start":      {Out: "Error: start requires a process name\n", Code: 2},
		"stop":       {Out: "Error: stop requires a process name\n", Code: 1},
		"restart":    {Out: "Error: restart requires a process name\n", Code: 1},
		"clear":      {Out: "Error: clear requires a process name\n", Code: 1},
		"signal HUP": {Out: "Error: signal requires a signal name and a process name\n", Code: 1},
	}
	for line, want := range want {
		verb, _, _ := strings.Cut(line, " ")
		want.Out += run(t, newSupervisor(), "help "+verb).Out
		if d := cmp.Diff(want, run(t, newSupervisor(), line)); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
	}
}

// Several names are done one after the other, a group and all in one call; start and
// stop wait.
func TestCallsInOrder(t *testing.T) {
	f := newSupervisor()
	run(t, f, "restart web grp:*")
	run(t, f, "start web all")
	want := []string{"stop(1) web", "stop(1) grp:*", "start(1) web", "start(1) grp:*", "start(1) all"}
	if d := cmp.Diff(want, f.calls); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
}

// A name with an empty group would be a selector of more than was asked for.
func TestEmptyGroupSelectsNothing(t *testing.T) {
	for _, name := range []string{":", ":*", ":web"} {
		for _, verb := range []string{"start", "stop", "restart", "signal KILL", "clear", "tail", "pid"} {
			f := newSupervisor()
			if got := run(t, f, verb+" "+name); got.Code == 0 || f.calls != nil {
				t.Errorf("%s %s: exit code %d, calls %q, want a refusal and none", verb, name, got.Code, f.calls)
			}
		}
	}
}

// Words for each fault that a start, a stop or a clear can meet.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		code control.Code
		want answer
	}{
		{control.NotExecutable, answer{Out: "manual: ERROR (file is not executable)\n", Code: 1}},
		{control.SpawnError, answer{Out: "manual: ERROR (spawn error)\n", Code: 7}},
		{control.AbnormalTermination, answer{Out: "manual: ERROR (abnormal termination)\n", Code: 7}},
		{control.Failed, answer{Out: "FAILED: oops\n", Code: 1}},
		{control.ShutdownState, answer{Out: "error: SHUTDOWN_STATE: supervisord is shutting down or restarting; try again when it is up\n", Code: 1}},
	} {
		f := newSupervisor()
		f.named("manual").startFault = control.NewFault(c.code, "oops")
		if d := cmp.Diff(c.want, run(t, f, "start manual")); d != "" {
			t.Errorf("%v (-want +got):\n%s", c.code, d)
		}
	}
}

// A fault in the middle ends the command, but what was done before is told.
func TestUnexpectedFaultEndsCommand(t *testing.T) {
	f := newSupervisor()
	f.named("manual").startFault = control.NewFault(control.IncorrectParameters, "")
	want := answer{Out: "web: ERROR (already started)\nerror: INCORRECT_PARAMETERS\n", Code: 1}
	if d := cmp.Diff(want, run(t, f, "start web manual broken")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestLongNameWidensStatus(t *testing.T) {
	f := newSupervisor()
	f.programs = f.programs[3:]
	f.named("manual").Group = strings.Repeat("g", 25)
	want := lines(
		"ggggggggggggggggggggggggg:manual   STOPPED   Not started",
		"web                                RUNNING   pid 13, uptime 0:00:05")
	if d := cmp.Diff(answer{Out: want, Code: 3}, run(t, f, "status")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestAvail(t *testing.T) {
	f := newSupervisor()
	f.config = []control.ProgramInfo{
		{Group: "grp", Name: "a", InUse: true, AutoStart: true, GroupPriority: 5, Priority: 10},
		{Group: "web", Name: "web", GroupPriority: -1, Priority: 999},
	}
	want := lines(
		"grp:a                            in use    auto      5:10",
		"web                              avail     manual    -1:999")
	if d := cmp.Diff(answer{Out: want}, run(t, f, "avail")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestMaintail(t *testing.T) {
	f := newSupervisor()
	log := "line\n"
	f.mainLog = &log
	if d := cmp.Diff(answer{Out: "ne\n\n"}, run(t, f, "maintail -3")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// withChanges is a supervisor whose file adds new, changes grp and drops web.
func withChanges() *supervisor {
	f := newSupervisor()
	f.diff = control.Diff{Added: []string{"new"}, Changed: []string{"grp"}, Removed: []string{"web"}}
	f.spare = map[string][]*program{"new": {{Info: control.Info{Group: "new", Name: "new"}}}, "grp": {f.named("a")}}
	return f
}

func TestReread(t *testing.T) {
	want := answer{Out: "grp: changed\nnew: available\nweb: disappeared\n"}
	if d := cmp.Diff(want, run(t, withChanges(), "reread")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestUpdate(t *testing.T) {
	f := withChanges()
	want := answer{Out: lines("web: stopped", "web: removed process group", "grp: stopped", "grp: updated process group", "new: added process group")}
	for _, line := range []string{"update", "update all nope"} {
		if d := cmp.Diff(want, run(t, withChanges(), line)); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
	}
	want = answer{Out: lines("ERROR: no such group: nope", "grp: stopped", "grp: updated process group"), Code: 1}
	if d := cmp.Diff(want, run(t, f, "update grp nope")); d != "" {
		t.Errorf("update grp nope (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"stop(1) grp:*", "remove grp", "add grp"}, f.calls); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
}

// What cannot be stopped stays, and the others are updated.
func TestUpdateKeepsWhatCannotBeStopped(t *testing.T) {
	f := withChanges()
	f.named("web").stopFault = control.NewFault(control.Failed, "web")
	want := answer{Out: lines("web: stopped", "web: has problems; not removing", "grp: stopped", "grp: updated process group", "new: added process group"), Code: 1}
	if d := cmp.Diff(want, run(t, f, "update")); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestBadConfiguration(t *testing.T) {
	f := newSupervisor()
	f.rereadErr = control.NewFault(control.CantReread, "s.conf:3: no")
	for line, want := range map[string]answer{
		"reread": {Out: "ERROR: CANT_REREAD: s.conf:3: no\n", Code: 1},
		"update": {Out: "error: CANT_REREAD: s.conf:3: no\n", Code: 1},
	} {
		if d := cmp.Diff(want, run(t, f, line)); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
	}
}

// What a verb says when every call fails. The verbs are those that check the server
// first, and each that does not.
func TestServerErrors(t *testing.T) {
	const url = "unix:///run/s.sock"
	const hint = "hint: is supervisord running? The address is that of a test.\n"
	noFile := fmt.Errorf("dial: %w", fs.ErrNotExist)
	refused := fmt.Errorf("dial: %w", syscall.ECONNREFUSED)
	down := control.NewFault(control.ShutdownState, "")
	noMethod := control.NewFault(control.UnknownMethod, "")
	const sorry = "Sorry, supervisord responded but did not recognize the supervisor namespace commands that supervisorctl uses to control it.  Please check that the [rpcinterface:supervisor] section is enabled in the configuration file (see sample.conf).\n"
	const wait = "error: SHUTDOWN_STATE: supervisord is shutting down or restarting; try again when it is up\n"
	for _, c := range []struct {
		err   error
		verbs string
		want  answer
	}{
		{noFile, "start stop restart signal clear tail maintail pid version", answer{url + " no such file\n", hint, 7}},
		{noFile, "status", answer{url + " no such file\n", hint, 4}},
		{noFile, "shutdown", answer{"ERROR: " + url + " no such file (already shut down?)\n", "", 1}},
		{noFile, "reload reread update avail add remove", answer{"error: " + url + " no such file\n", hint, 1}},
		{refused, "start version status", answer{url + " refused connection\n", hint, 4}},
		{refused, "shutdown", answer{"ERROR: " + url + " refused connection (already shut down?)\n", "", 1}},
		{refused, "reload", answer{"error: " + url + " refused connection\n", hint, 1}},
		{noMethod, "start", answer{sorry, "", 3}},
		{noMethod, "status", answer{sorry, "", 4}},
		{noMethod, "reload", answer{"error: UNKNOWN_METHOD: the server has no such command; is [rpcinterface:supervisor] in its configuration file?\n", "", 1}},
		{down, "status start pid version remove", answer{wait, "", 1}},
		{down, "reload update", answer{"ERROR: already shutting down\n", "", 1}},
		{down, "shutdown", answer{"ERROR: already shutting down\n", "", 0}},
		{down, "reread avail", answer{"ERROR: supervisor shutting down\n", "", 1}},
		{down, "add", answer{"ERROR: shutting down\n", "", 1}},
		{client.ErrUnauthorized, "status update shutdown", answer{"Server requires authentication\nerror: give a name and a password: -u and -p, or $SUPERVISOR_USERNAME and $SUPERVISOR_PASSWORD, or username and password in [supervisorctl]\n", "", 1}},
		{fmt.Errorf("s: %w", fs.ErrPermission), "status", answer{"error: " + url + " permission denied; run as its owner, or see chmod and chown in [unix_http_server]\n", "", 1}},
		{&client.HTTPError{Status: 501}, "status", answer{"error: HTTP 501 Not Implemented; is this the address of a supervisord?\n", "", 1}},
		{fmt.Errorf("http://h: no route"), "status shutdown", answer{"error: http://h: no route\n", "", 1}},
	} {
		for verb := range strings.FieldsSeq(c.verbs) {
			f := newSupervisor()
			f.err = c.err
			line := verb
			if verb == "add" || verb == "remove" {
				line += " web"
			}
			if d := cmp.Diff(c.want, run(t, f, line)); d != "" {
				t.Errorf("%s when %v (-want +got):\n%s", line, c.err, d)
			}
		}
	}
}

func TestOtherAPIVersion(t *testing.T) {
	f := newSupervisor()
	f.api = "4.0"
	const sorry = "Sorry, this version of supervisorctl expects to talk to a server with API version 3.0, but the remote version is 4.0.\n"
	for verb, code := range map[string]int{"start": 5, "status": 4} {
		if d := cmp.Diff(answer{Out: sorry, Code: code}, run(t, f, verb)); d != "" {
			t.Errorf("%s (-want +got):\n%s", verb, d)
		}
	}
}
