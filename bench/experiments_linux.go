package main

import (
	"context"
	"fmt"
)

// experiment is a set of programs, and what is measured while they run, in this order.
type experiment struct {
	name     string
	programs func(l *lab) (programs, error) // nil: no fleet is needed
	phases   []phase
	variants []variant
	// daemons says that the C loop cannot do it.
	daemons bool
}

// variant is the same with options that only ours has; it takes its turn in each round.
type variant struct {
	programs func(l *lab) (programs, error)
	phase    phase
}

// phase is one thing that is measured in the life of a fleet.
type phase struct {
	name    string
	how     string // for the reader of the table
	rows    []*row
	measure func(ctx context.Context, f *fleet) error
}

// experiments are all of them, in the order of the table.
var experiments = []experiment{
	{"many", manyPrograms, []phase{startPhase, idlePhase, apiPhase, commandPhase, stopPhase, shutdownPhase}, nil, false},
	{"respawn", fewPrograms, []phase{respawnPhase}, nil, false},
	{"storm", crashingPrograms, []phase{stormPhase}, nil, false},
	{"flood", floodingProgram, []phase{floodPhase}, floodVariants, false},
	{"lines", talkingPrograms, []phase{linesPhase}, nil, false},
	{"events", listenedPrograms, []phase{eventsPhase}, nil, true},
	{"lone", listenedProgram, []phase{lonePhase}, nil, true},
	{"size", nil, []phase{sizePhase}, nil, false},
}

func phaseNames() (names []string) {
	for _, e := range experiments {
		for _, p := range e.phases {
			names = append(names, p.name)
		}
		for _, v := range e.variants {
			names = append(names, v.phase.name)
		}
	}
	return names
}

func knownPhases(only map[string]bool) error {
	known := make(map[string]bool)
	for _, name := range phaseNames() {
		known[name] = true
	}
	for name := range only {
		if !known[name] {
			return fmt.Errorf("no phase %q; there are %v", name, phaseNames())
		}
	}
	return nil
}

// manyPrograms are the thousand.
func manyPrograms(l *lab) (programs, error) {
	return programs{count: l.size(1000, 100), argv: l.reporter()}, nil
}
