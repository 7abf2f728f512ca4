package main

import "context"

var (
	stopRow     = &row{name: "stop of 1,000", unit: "s", budgets: []budget{{byLoop, 1.5}}}
	shutdownRow = &row{name: "shutdown with 1,000", unit: "s"}
)

var stopPhase = phase{
	name:    "stop",
	how:     "stopAllProcesses until its answer; the C loop: SIGTERM to all, wait for all, exit",
	rows:    []*row{stopRow},
	measure: measureStop,
}

func measureStop(ctx context.Context, f *fleet) error {
	if f.who == cloop {
		return f.measureEnd(stopRow)
	}
	took, err := f.call(ctx, "stopAllProcesses")
	if err != nil {
		return err
	}
	f.stopped = true
	f.add(stopRow, took.Seconds())
	return nil
}

var shutdownPhase = phase{
	name:    "shutdown",
	how:     "SIGTERM to the daemon while all run, until it has exited; the C loop's is its stop",
	rows:    []*row{shutdownRow},
	measure: measureShutdown,
}

func measureShutdown(ctx context.Context, f *fleet) error {
	if f.who == cloop && f.over() { // stop has measured it
		of := f.results.of[stopRow][cloop]
		f.add(shutdownRow, of[len(of)-1])
		return nil
	}
	if f.stopped {
		if _, err := f.call(ctx, "startAllProcesses"); err != nil {
			return err
		}
		if err := f.awaitAll(ctx); err != nil {
			return err
		}
	}
	return f.measureEnd(shutdownRow)
}

func (f *fleet) measureEnd(w *row) error {
	begun := monotonic()
	if err := f.order(); err != nil {
		return err
	}
	if err := f.exit(patience); err != nil {
		return err
	}
	f.add(w, since(begun).Seconds())
	return nil
}
