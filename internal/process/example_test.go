package process_test

import (
	"fmt"
	"time"

	"supervisord/internal/process"
)

// A program comes up, and a client stops it.
func ExampleNext() {
	policy := process.Policy{StartSecs: time.Second, StopSignals: []int{15}, StopWait: 10 * time.Second}
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	var state process.State
	for _, in := range []process.Input{
		process.Start{}, process.Spawned{PID: 7}, process.Tick{}, process.Stop{}, process.Died{},
	} {
		var effects []process.Effect
		state, effects = process.Next(policy, state, now, in)
		fmt.Printf("%T: %s\n", in, state.Phase)
		for _, e := range effects {
			switch e := e.(type) {
			case process.Spawn:
				fmt.Println("  spawn it")
			case process.Kill:
				fmt.Printf("  send signal %d to %d\n", e.Signal, e.PID)
			case process.Changed:
				fmt.Printf("  tell everybody: %s is now %s\n", e.From, e.To)
			}
		}
		now = now.Add(time.Second)
	}
	// Output:
	// process.Start: STARTING
	//   tell everybody: STOPPED is now STARTING
	//   spawn it
	// process.Spawned: STARTING
	// process.Tick: RUNNING
	//   tell everybody: STARTING is now RUNNING
	// process.Stop: STOPPING
	//   tell everybody: RUNNING is now STOPPING
	//   send signal 15 to 7
	// process.Died: STOPPED
	//   tell everybody: STOPPING is now STOPPED
}
