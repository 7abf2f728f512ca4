package ctl_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/control"
	"supervisord/internal/ctl"
)

// complete returns what a shell is offered for the last of the words.
func complete(t *testing.T, f *supervisor, line string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := execute(t, env(f, &out, &errs), append([]string{"__complete"}, strings.Split(line, " ")...)...); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	var words []string
	for l := range strings.Lines(out.String()) {
		word, _, _ := strings.Cut(strings.TrimSuffix(l, "\n"), "\t")
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// The number at the end tells the shell to offer no files and to keep the order.
func TestCompletion(t *testing.T) {
	for line, want := range map[string]string{
		"re":                  "reload remove reopen reread restart restart-daemon restart-group :36",
		"nosuch ":             ":36",
		"status --h":          "--help :36",
		"tail -":              "--help --json -f :36",
		"signal U":            "USR1 USR2 :36",
		"tail -f x ":          "stdout stderr :36",
		"tail -f x stdout ":   ":36",
		"help sta":            "start start-group status :36",
		"help status ":        ":36",
		"-s http://x version": "version :36",
		"version ":            ":36",
		"-s nonsense start ":  ":36",
	} {
		if d := cmp.Diff(want, complete(t, newSupervisor(), line)); d != "" {
			t.Errorf("%q (-want +got):\n%s", line, d)
		}
	}
}

func TestNamesAreCompletedFromTheDaemon(t *testing.T) {
	for line, want := range map[string]string{
		"start ":          "broken grp:a grp:b manual web grp:* all :36",
		"start grp":       "grp:a grp:b grp:* :36",
		"stop web grp:a ": "broken grp:b manual grp:* all :36",
		"signal HUP w":    "web :36",
		"tail ":           "broken grp:a grp:b manual web :36",
		"tail -f w":       "web :36",
		"remove ":         "broken grp manual web :36",
		"update g":        "grp :36",
	} {
		if d := cmp.Diff(want, complete(t, newSupervisor(), line)); d != "" {
			t.Errorf("%q (-want +got):\n%s", line, d)
		}
	}
	f := newSupervisor()
	f.config = []control.ProgramInfo{{Name: "a", Group: "new"}, {Name: "b", Group: "new"}, {Name: "web", Group: "web", InUse: true}}
	if got := complete(t, f, "add "); got != "new :36" {
		t.Errorf("add: %q", got)
	}
}

// Who presses Tab while the daemon is away is not disturbed.
func TestCompletionWithoutADaemonHasNoNames(t *testing.T) {
	f := newSupervisor()
	f.err = errors.New("broken")
	for _, line := range []string{"start ", "tail ", "remove ", "add "} {
		if got := complete(t, f, line); got != ":36" {
			t.Errorf("%q: %q", line, got)
		}
	}
	var out, errs bytes.Buffer
	e := env(f, &out, &errs)
	e.Dial = func(ctl.Server) (ctl.API, error) { return nil, errors.New("no such scheme") }
	if execute(t, e, "__complete", "start", ""); !strings.HasPrefix(out.String(), ":36") {
		t.Errorf("%q", out.String())
	}
}
