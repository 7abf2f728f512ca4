package order

import (
	"fmt"
	"slices"

	"supervisord/internal/process"
)

// Condition is what a dependent waits for in the life of a process that it depends on.
type Condition int

// The conditions.
const (
	Running   Condition = iota // it is RUNNING
	Started                    // its child is there, or was
	Completed                  // it has exited as expected, and stays so
)

// Verdict says how a condition stands.
type Verdict int

// The verdicts.
const (
	Met    Verdict = iota
	NotYet         // it may still come
	Failed         // it will not come by itself
)

// Judge says how a condition stands for a process with that state. ExitCodes are those
// that are expected of it.
func Judge(c Condition, s process.State, exitCodes []int) Verdict {
	switch s.Phase {
	case process.Running:
		if c == Completed {
			return NotYet
		}
		return Met
	case process.Starting:
		if c == Started && s.PID != 0 {
			return Met
		}
		return NotYet
	case process.Exited:
		switch {
		case c == Started:
			return Met
		case s.RestartPending():
			return NotYet
		case c == Completed && slices.Contains(exitCodes, s.Exit.Code):
			return Met
		}
		return Failed
	case process.Fatal, process.Unknown:
		return Failed
	case process.Stopped, process.Backoff, process.Stopping:
		return NotYet
	}
	return NotYet
}

// Reason says why a process of that name and state holds its dependents up, in the words
// that a status shows: "db: BACKOFF (exit status 1)".
func Reason(name string, s process.State) string {
	words := fmt.Sprintf("%s: %s", name, s.Phase)
	switch s.Phase {
	case process.Backoff, process.Fatal, process.Unknown:
		switch {
		case s.SpawnErr == process.TooQuick || s.SpawnErr == process.NotReady:
			return fmt.Sprintf("%s (%s)", words, s.Exit)
		case s.SpawnErr != "":
			return fmt.Sprintf("%s (%s)", words, s.SpawnErr)
		}
	case process.Exited:
		return fmt.Sprintf("%s (%s)", words, s.Exit)
	case process.Stopped, process.Starting, process.Running, process.Stopping: // the phase says it
	}
	return words
}

// WithNeeds returns what there is to start for some processes to start: they and all
// that they need, each once, what is needed first. Needs must have no cycles.
func WithNeeds[P comparable](procs []P, needs func(P) []P) []P {
	var all []P
	seen := make(map[P]bool)
	var visit func(P)
	visit = func(p P) {
		if seen[p] {
			return
		}
		seen[p] = true
		for _, n := range needs(p) {
			visit(n)
		}
		all = append(all, p)
	}
	for _, p := range procs {
		visit(p)
	}
	return all
}

// Postpone moves the processes of a shutdown to later batches where they are needed by
// others, so that nobody loses what it needs while it runs: a dependency comes before a
// priority. Needs must have no cycles.
func Postpone[P comparable](batches [][]P, needs func(P) []P) [][]P {
	at := make(map[P]int)
	for i, batch := range batches {
		for _, p := range batch {
			at[p] = i
		}
	}
	last := len(batches) - 1
	// What needs others comes before them here, so that by the turn of p nothing moves it
	// any more.
	all := WithNeeds(slices.Concat(batches...), needs)
	for _, p := range slices.Backward(all) {
		for _, n := range needs(p) {
			if i, ok := at[n]; ok && i <= at[p] {
				at[n] = at[p] + 1
				last = max(last, at[n])
			}
		}
	}
	moved := make([][]P, last+1)
	for _, batch := range batches {
		for _, p := range batch {
			moved[at[p]] = append(moved[at[p]], p)
		}
	}
	return slices.DeleteFunc(moved, func(batch []P) bool { return len(batch) == 0 })
}
