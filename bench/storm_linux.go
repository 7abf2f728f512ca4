package main

import (
	"context"
	"strconv"
	"time"
)

// stormLife is how long each program of the storm lives, in milliseconds: a little
// more than startsecs, so that every life counts as a success and every contender
// starts the next one at once.
const stormLife = 1100

var (
	stormRow  = &row{name: "crash storm of 200: CPU per restart", unit: "ms", budgets: []budget{{one, 0.14}}}
	stormRate = &row{name: "  restarts", unit: "1/s", more: true}
)

var stormPhase = phase{
	name: "storm",
	how: "programs that exit with 1 after 1.1 s with startsecs=1, autorestart=true; over ten seconds. " +
		"The CPU time is the supervisor's own: what a child uses before its exec is the child's",
	rows:    []*row{stormRow, stormRate},
	measure: measureStorm,
}

func crashingPrograms(l *lab) (programs, error) {
	argv, err := l.compiled("crash", strconv.Itoa(stormLife))
	return programs{count: l.size(200, 30), argv: argv, startSecs: 1, again: true}, err
}

func measureStorm(ctx context.Context, f *fleet) error {
	before, err := cpuOf(f.pid())
	if err != nil {
		return err
	}
	first := f.reports.count()
	window := time.Duration(f.size(10, 2)) * time.Second
	if err := pause(ctx, window); err != nil {
		return err
	}
	after, err := cpuOf(f.pid())
	if err != nil {
		return err
	}
	restarts := float64(f.reports.count() - first)
	f.add(stormRow, ms(after-before)/restarts)
	f.add(stormRate, restarts/window.Seconds())
	return nil
}
