package ctl_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
	"supervisord/internal/ctl"
)

const exitHint = "==> Press Ctrl-C to exit <==\n"

func TestFollowEndsByCtrlC(t *testing.T) {
	for _, c := range []struct {
		args []string
		want answer
	}{
		{[]string{"tail", "-f", "web"}, answer{Out: exitHint + "one\ntwo\nthree\n\n"}},
		{[]string{"tail", "-f", "web", "stderr"}, answer{Out: exitHint + "oops\nthree\n\n"}},
		{[]string{"maintail", "-f"}, answer{Out: exitHint + "main\nthree\n\n"}},
	} {
		f := newSupervisor()
		main := "main\n"
		f.mainLog, f.more = &main, []string{"thr", "ee\n"}
		var out, errs bytes.Buffer
		e := env(f, &out, &errs)
		e.UntilInterrupt = func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, f.idle = context.WithCancel(ctx)
			return ctx, f.idle
		}
		code := execute(t, e, c.args...)
		if d := cmp.Diff(c.want, answer{out.String(), errs.String(), code}); d != "" {
			t.Errorf("%q (-want +got):\n%s", c.args, d)
		}
	}
}

// What cannot be followed is said on stderr, in Python's words, and the exit code is 0.
func TestFollowSaysWhyThereIsNothing(t *testing.T) {
	const url = "unix:///run/s.sock"
	for _, c := range []struct {
		line string
		err  error // in the middle of the log
		want answer
	}{
		{"tail -f nope", nil, answer{exitHint, url + "/logtail/nope/stdout Cannot read, status code 404\n", 0}},
		{"tail -f broken stderr", nil, answer{exitHint, url + "/logtail/broken/stderr Cannot read, status code 404\n", 0}},
		{"tail -f nope:*", nil, answer{exitHint, url + "/logtail/nope:*/stdout Cannot read, status code 404\n", 0}},
		{"maintail -f", nil, answer{exitHint, url + "/mainlogtail Cannot read, status code 404\n", 0}},
		{"tail -f web", &client.HTTPError{Status: 503}, answer{exitHint + "one\ntwo\n", url + "/logtail/web/stdout Cannot read, status code 503\n", 0}},
		{"tail -f web", io.ErrUnexpectedEOF, answer{exitHint + "one\ntwo\n", "error: unix:///run/s.sock has closed the connection; has supervisord ended, or is this another server?\n", 0}},
	} {
		f := newSupervisor()
		f.followErr = c.err
		if d := cmp.Diff(c.want, run(t, f, c.line)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.line, d)
		}
	}
}

// Every piece is on the terminal before the next is waited for.
func TestFollowShowsEachPieceAtOnce(t *testing.T) {
	f := newSupervisor()
	f.more = []string{"three"}
	var out, errs bytes.Buffer
	e := env(f, &out, &errs)
	ctx, cancel := context.WithCancel(t.Context())
	seen := ""
	f.idle = func() { seen = out.String(); cancel() }
	e.UntilInterrupt = func(context.Context) (context.Context, context.CancelFunc) { return ctx, cancel }
	execute(t, e, "tail", "-f", "web")
	if d := cmp.Diff(exitHint+"one\ntwo\nthree", seen); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestFollowEndsWhenItsOutputDoes(t *testing.T) {
	var out, errs bytes.Buffer
	e := env(newSupervisor(), &out, &errs)
	e.Stdout = broken{}
	cmd := ctl.NewCommand("supervisorctl", e)
	cmd.SetArgs([]string{"tail", "-f", "web"})
	if err := cmd.ExecuteContext(t.Context()); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want that of the output", err)
	}
}
