package process_test

import (
	"testing"
	"time"

	"supervisord/internal/process"
)

// BenchmarkNext is one input of a process that starts, comes up, and is stopped.
func BenchmarkNext(b *testing.B) {
	inputs := []process.Input{
		process.Start{}, process.Spawned{PID: 7}, process.Tick{}, process.Stop{}, process.Died{},
	}
	at, s := now, process.State{}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		at = at.Add(time.Second)
		s, _ = process.Next(policy, s, at, inputs[i%len(inputs)])
	}
}

// BenchmarkNextNothing is a Tick that comes before its time.
func BenchmarkNextNothing(b *testing.B) {
	s := process.State{Phase: process.Backoff, Deadline: now.Add(time.Hour)}
	b.ReportAllocs()
	for b.Loop() {
		process.Next(policy, s, now, process.Tick{})
	}
}
