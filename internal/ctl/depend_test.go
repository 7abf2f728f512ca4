package ctl_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A stop warns of those that go on without what they need, unless they are to stop too.
func TestDependencies(t *testing.T) {
	for line, want := range map[string]answer{
		"stop web":           {Out: "web: stopped\n", Err: "warning: web is needed by grp:a (--cascade stops them first)\n"},
		"stop --cascade web": {Out: "grp:a: stopped\nweb: stopped\n"},
		"stop web grp:a":     {Out: "web: stopped\ngrp:a: stopped\n"},
		"stop web grp:*":     {Out: "web: stopped\ngrp:a: stopped\ngrp:b: stopped\n"},
		"stop all":           {Out: "grp:a: stopped\ngrp:b: stopped\nweb: stopped\n"},
		"restart web":        {Out: "web: stopped\nweb: started\n"},
	} {
		f := newSupervisor()
		f.named("a").needs = "web"
		if d := cmp.Diff(want, run(t, f, line)); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
	}
}

func TestStartWithoutNeeds(t *testing.T) {
	f := newSupervisor()
	if d := cmp.Diff(answer{Out: "manual: started\n"}, run(t, f, "start --no-deps manual")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"alone", "start(1) manual"}, f.calls); d != "" {
		t.Error(d)
	}
}

func TestSupervisorWithoutDependencies(t *testing.T) {
	f := newSupervisor()
	f.noDependencies = true
	for line, want := range map[string]answer{
		"stop web":               {Out: "web: stopped\n"},
		"stop --cascade web":     {Out: "FAILED: this supervisor knows no dependencies\n", Code: 1},
		"start --no-deps manual": {Out: "FAILED: this supervisor knows no dependencies\n", Code: 1},
	} {
		if d := cmp.Diff(want, run(t, f, line)); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
	}
}
