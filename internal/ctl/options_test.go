package ctl_test

import (
	"bytes"
	"strings"
	"testing"
)

// A word with two hyphens is a flag; one with a single hyphen is only if the verb knows
// it, since it is an argument to Python's supervisorctl.
func TestFlagsOfVerbs(t *testing.T) {
	for _, tt := range []struct {
		line string
		code int
		want string
	}{
		{"status --help", 0, "\nFlags:\n      --help                   show this help\n      --json                   print JSON\n" +
			"      --wait state[=RUNNING]   wait until all are in this state, or one is FATAL\n" +
			"      --timeout time           wait no longer than this time, such as 30s (exit code 124)\n" +
			"  -w, --watch                  show the status as it changes, until Ctrl-C or q\n\nExample:\n  supervisorctl status web\n"},
		{"status -x", 4, "-x: ERROR (no such process)\n"},
		{"status -- --help", 4, "--help: ERROR (no such process)\n"},
		{"status --nosuch", 2, "Error: status: unknown flag: --nosuch\nFor help, use supervisorctl status --help\n"},
		{"status --help=maybe", 2, "Error: status: invalid argument \"maybe\" for \"--help\" flag: "},
		{"status --wait=nosuch", 2, "Error: status: invalid argument \"nosuch\" for \"--wait\" flag: must be a state, such as RUNNING\nFor help, use supervisorctl status --help\n"},
		{"status --wait nosuch", 4, "nosuch: ERROR (no such process)\n"},
		{"status -w --wait", 1, "Error: --watch shows the status until you leave, --wait until all are in a state; choose one\n"},
		{"start --timeout 1h manual", 0, "manual: started\n"},
		{"start manual --timeout=1 web", 0, "manual: started\nweb: ERROR (already started)\n"},
		{"start manual --timeout", 2, "Error: start: flag needs an argument: --timeout\n"},
		{"start --timeout=0 manual", 2, "Error: start: invalid argument \"0\" for \"--timeout\" flag: must be a time to wait, such as 30s or 2m\n"},
		{"start --timeout=soon manual", 2, "must be a time to wait"},
		{"version --help", 0, "Show the version of the remote supervisord process\n"},
	} {
		var out, errs bytes.Buffer
		code := execute(t, env(newSupervisor(), &out, &errs), strings.Fields(tt.line)...)
		if code != tt.code || !strings.Contains(out.String(), tt.want) || errs.Len() > 0 {
			t.Errorf("%q: exit code %d, stdout %q, stderr %q; want %d and %q", tt.line, code, out.String(), errs.String(), tt.code, tt.want)
		}
	}
}

// Every flag that a verb names is in the table, and every verb has an example of itself.
func TestVerbTable(t *testing.T) {
	for v := range strings.FieldsSeq(helpTopics(t)) {
		var out, errs bytes.Buffer
		if code := execute(t, env(newSupervisor(), &out, &errs), v, "--help"); code != 0 {
			t.Errorf("%s --help: exit code %d", v, code)
		}
		if !strings.Contains(out.String(), "\nExample:\n  supervisorctl "+v) {
			t.Errorf("%s --help has no example of it:\n%s", v, out.String())
		}
	}
}

// helpTopics returns the names of the verbs, as help lists them.
func helpTopics(t *testing.T) string {
	t.Helper()
	var out, errs bytes.Buffer
	execute(t, env(newSupervisor(), &out, &errs), "help")
	topics := ""
	for line := range strings.Lines(out.String()) {
		if !strings.Contains(line, "(type help") && !strings.HasPrefix(line, "====") {
			topics += line
		}
	}
	if topics == "" {
		t.Fatalf("help lists nothing: %q", out.String())
	}
	return topics
}
