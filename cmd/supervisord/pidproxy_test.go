package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestPidproxyCommandLine(t *testing.T) {
	for _, tt := range []struct {
		args string
		code int
	}{
		{"supervisord pidproxy", 2},
		{"supervisord pidproxy x.pid", 2},
		{"supervisord pidproxy -x x.pid true", 2},
		{"supervisord pidproxy -exit-daemon-stop x.pid", 2},
		{"/usr/bin/pidproxy x.pid", 2},
		{"supervisord pidproxy --help", 0},
		{"pidproxy -h", 0},
	} {
		var stdout, stderr bytes.Buffer
		code := run(strings.Fields(tt.args), &stdout, &stderr)
		said, silent := &stderr, &stdout
		if tt.code == 0 {
			said, silent = silent, said
		}
		if code != tt.code || !strings.HasPrefix(said.String(), "Usage: supervisord pidproxy PIDFILE COMMAND") || silent.Len() != 0 {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q", tt.args, code, &stdout, &stderr)
		}
	}
}

func TestPidproxyLeavesTheFlagsOfTheCommandAlone(t *testing.T) {
	for _, args := range []string{"supervisord pidproxy x.pid /nonexistent/x --help", "pidproxy --exit-daemon-stop x.pid /nonexistent/x -v"} {
		var stdout, stderr bytes.Buffer
		if code := run(strings.Fields(args), &stdout, &stderr); code != 127 {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q", args, code, &stdout, &stderr)
		}
	}
}
