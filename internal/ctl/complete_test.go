package ctl_test

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"supervisord/internal/control"
	"supervisord/internal/ctl"
)

// completer returns what completes lines in a shell that has ended.
func completer(t *testing.T, f *supervisor) ctl.Completer {
	t.Helper()
	var out, errs bytes.Buffer
	e, p := typing(f, &out, &errs)
	execute(t, e)
	return p.complete
}

// In front of the bar is what stays, behind it the words that may follow.
func TestComplete(t *testing.T) {
	f := newSupervisor()
	f.config = []control.ProgramInfo{{Group: "web", Name: "web", InUse: true}, {Group: "new", Name: "x"}, {Group: "new", Name: "y"}}
	complete := completer(t, f)
	for line, want := range map[string]string{
		"st":               "|start start-group status stop stop-group",
		"  sto":            "  |stop stop-group",
		"help sh":          "help |shutdown",
		"?sh":              "?|shutdown",
		"? sh":             "? |shutdown",
		"?":                "?|add avail",
		"help start s":     "help start |",
		"nosuch ":          "nosuch |",
		"version ":         "version |",
		"start ":           "start |all broken grp:* grp:a grp:b manual web",
		"start grp:":       "start |grp:* grp:a grp:b",
		"start web w":      "start web |",
		"start grp:a grp:": "start grp:a |grp:* grp:b",
		"pid m":            "pid |manual",
		"remove ":          "remove |broken grp manual web",
		"update g":         "update |grp",
		"add ":             "add |new",
		"signal ":          "signal |ABRT ALRM",
		"signal U":         "signal |USR1 USR2",
		"signal HUP w":     "signal HUP |web",
		"tail ":            "tail |broken grp:a grp:b manual web",
		"tail -":           "tail |--help --json -f",
		"tail -f w":        "tail -f |web",
		"tail -100 w":      "tail -100 |web",
		"tail web ":        "tail web |stderr stdout",
		"tail -f web std":  "tail -f web |stderr stdout",
		"tail web stderr ": "tail web stderr |",
		"maintail ":        "maintail |",
		"maintail -f ":     "maintail -f |",
		"open h":           "open |http:// https://",
		"open http://a ":   "open http://a |",
		"status --h":       "status |--help",
		"exit ":            "exit |",
	} {
		head, words := complete(line)
		got := head + "|" + strings.Join(words, " ")
		if strings.HasSuffix(want, "avail") || strings.HasSuffix(want, "ALRM") { // long lists
			got = got[:min(len(got), len(want))]
		}
		if got != want {
			t.Errorf("%q is completed to %q, want %q", line, got, want)
		}
	}
}

// Verbs complete without a supervisor.
func TestCompleteWithoutASupervisor(t *testing.T) {
	f := newSupervisor()
	f.err = fs.ErrNotExist
	complete := completer(t, f)
	for line, want := range map[string]string{"sto": "stop stop-group", "start w": "", "add ": ""} {
		if _, words := complete(line); strings.Join(words, " ") != want {
			t.Errorf("%q is completed to %q, want %q", line, words, want)
		}
	}
}

// A supervisor that does not answer keeps the person waiting for a second.
func TestCompleteDoesNotHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newSupervisor()
		complete := completer(t, f)
		f.statusHangs = true
		began := time.Now()
		_, words := complete("start ")
		if words != nil {
			t.Errorf("it knows %q", words)
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
