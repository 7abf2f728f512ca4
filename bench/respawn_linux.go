package main

import (
	"context"
	"time"

	"golang.org/x/sys/unix"
)

var respawnRow = &row{name: "kill to respawn", unit: "ms", budgets: []budget{{byLoop, 1.4}}}

var respawnPhase = phase{
	name: "respawn",
	how: "SIGKILL to one of 50, each only once, to the first instruction of its successor; medians of 50 (Python 5), " +
		"all at least 1.5 s after the start",
	rows:    []*row{respawnRow},
	measure: measureRespawn,
}

func fewPrograms(l *lab) (programs, error) {
	return programs{count: l.size(50, 20), argv: l.reporter(), again: true}, nil
}

func measureRespawn(ctx context.Context, f *fleet) error {
	// Ours does not start one process twice within a second.
	if err := pause(ctx, 1500*time.Millisecond); err != nil {
		return err
	}
	kills := f.size(50, 10)
	if f.who == python {
		kills = f.size(5, 2)
	}
	var took samples
	for _, pid := range f.reports.known()[:kills] {
		begun := monotonic()
		if err := unix.Kill(pid, unix.SIGKILL); err != nil {
			return err
		}
		again, err := f.next(ctx)
		if err != nil {
			return err
		}
		took = append(took, float64(again.at-begun)/1e6)
	}
	f.add(respawnRow, took.median())
	return nil
}
