package supervise

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config"
	"supervisord/internal/process"
)

// What is found out before the spawn is told comes after it, once; behind the end of the
// check nothing comes.
func TestCheckTellsInOrder(t *testing.T) {
	var told []process.Input
	n := &run{
		runner: &runner{program: &config.Program{Readiness: config.Readiness{By: config.ReadyLog, Value: "up"}}},
		post:   func(in process.Input) { told = append(told, in) },
	}
	early, late := n.newCheck(), n.newCheck()
	early.ready()
	n.post(process.Spawned{PID: 7})
	early.begin()
	early.ready()
	early.end()
	n.post(process.Died{})
	late.begin()
	late.end()
	late.ready()
	late.hung("x")
	want := []process.Input{process.Spawned{PID: 7}, process.Ready{}, process.Died{}}
	if d := cmp.Diff(want, told); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}
