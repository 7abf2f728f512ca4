package runner_test

import (
	"testing"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/output"
	"supervisord/internal/runner"
)

// A ring is there for a stream that no file keeps, and is the same one at every start.
func TestRingsAreForStreamsWithoutAFile(t *testing.T) {
	target := func(kinds ...config.LogKind) config.StreamLog {
		var log config.StreamLog
		for _, k := range kinds {
			log.Targets = append(log.Targets, config.LogTarget{Kind: k, Path: "/log"})
		}
		return log
	}
	for _, c := range []struct {
		name           string
		stdout, stderr config.StreamLog
		redirect       bool
		want           [2]bool
	}{
		{"none", target(), target(), false, [2]bool{true, true}},
		{"joined", target(), target(), true, [2]bool{true, false}},
		{"files", target(config.LogFile), target(config.LogAuto), false, [2]bool{false, false}},
		{"no files", target(config.LogStdout, config.LogSyslog), target(config.LogNull), false, [2]bool{true, true}},
		{"file too", target(config.LogStdout, config.LogFile), target(config.LogStderr), false, [2]bool{false, true}},
	} {
		r := (&runner.Children{}).New(&config.Program{Stdout: c.stdout, Stderr: c.stderr, RedirectStderr: c.redirect})
		stdout, stderr := r.Ring(control.Stdout), r.Ring(control.Stderr)
		if got := [2]bool{stdout != nil, stderr != nil}; got != c.want {
			t.Errorf("%s: rings for stdout and stderr: %v, want %v", c.name, got, c.want)
		}
		if stdout != r.Ring(control.Stdout) || stdout != nil && stdout == stderr {
			t.Errorf("%s: the rings change, or are one", c.name)
		}
	}
}

// An update makes a new Runner; whoever follows the output must not notice.
func TestRingsOutliveTheirRunners(t *testing.T) {
	c := &runner.Children{}
	ring := func(group, name string) *output.Ring {
		return c.New(&config.Program{Group: group, Name: name}).Ring(control.Stdout)
	}
	before := ring("g", "a")
	if ring("g", "a") != before || ring("g", "b") == before || ring("h", "a") == before {
		t.Error("the ring does not belong to the process")
	}
}
