package ctl_test

import (
	"bytes"
	"strings"
	"testing"

	"supervisord/internal/ctl"
)

// As with Python's getopt, the beginning of a long flag is enough if it is the only one.
func TestAbbreviatedFlags(t *testing.T) {
	for _, tt := range []struct {
		flag string
		want ctl.Server
	}{
		{"--serverurl=http://h:1", ctl.Server{URL: "http://h:1"}},
		{"--server=http://h:1", ctl.Server{URL: "http://h:1"}},
		{"--usern=me", ctl.Server{URL: "unix:///run/s.sock", Username: "me"}},
		{"--use=me", ctl.Server{URL: "unix:///run/s.sock", Username: "me"}},
		{"--user=me", ctl.Server{URL: "unix:///run/s.sock", Username: "me"}},
		{"--pass=word", ctl.Server{URL: "unix:///run/s.sock", Password: "word"}},
	} {
		var out, errs bytes.Buffer
		e := env(newSupervisor(), &out, &errs)
		var got ctl.Server
		e.Dial = func(s ctl.Server) (ctl.API, error) { got = s; return newSupervisor(), nil }
		code := execute(t, e, tt.flag, "version")
		if got.From = ""; code != 0 || got != tt.want {
			t.Errorf("%s: exit code %d, %+v, %s", tt.flag, code, got, errs.String())
		}
	}
	for flag, want := range map[string]string{
		"--h":      "Error: unknown flag: --h; it may be --history_file or --help\n",
		"--nosuch": "Error: unknown flag: --nosuch\n",
		"-x":       "Error: unknown shorthand flag: 'x' in -x\n",
	} {
		var out, errs bytes.Buffer
		code := execute(t, env(newSupervisor(), &out, &errs), flag, "version")
		if code != 2 || !strings.HasPrefix(errs.String(), want) {
			t.Errorf("%s: exit code %d, %s", flag, code, errs.String())
		}
	}
}

func TestUsageIsPrintedForEveryNameOfTheFlag(t *testing.T) {
	for _, flag := range []string{"-h", "--help", "-?"} {
		var out, errs bytes.Buffer
		code := execute(t, env(newSupervisor(), &out, &errs), flag)
		if code != 0 || !strings.Contains(out.String(), "\nUsage: supervisorctl [flags] [VERB") || errs.Len() > 0 {
			t.Errorf("%s: exit code %d, %q, %q", flag, code, out.String(), errs.String())
		}
	}
}
