package main

import (
	"context"
	"time"
)

var (
	startRow = &row{name: "start of 1,000", unit: "s", budgets: []budget{{byLoop, 1.2}}}

	idleRSS     = &row{name: "idle with 1,000: RSS", unit: "MB", budgets: []budget{{one, 15}}}
	idlePSS     = &row{name: "  PSS", unit: "MB"}
	idleAnon    = &row{name: "  anonymous", unit: "MB"}
	idleThreads = &row{name: "  threads", unit: "", budgets: []budget{{one, 12}}}
	idleCPU     = &row{name: "  CPU", unit: "ms/s", budgets: []budget{{one, 0.1}}}
)

var startPhase = phase{
	name: "start",
	how: "from the execution of the contender to the first instruction of its last program, which reports by itself through a fifo; " +
		"startsecs=0, a static program, one section, pipe and log file each; the C loop: pipe, file, fork, exec",
	rows:    []*row{startRow},
	measure: measureStart,
}

func measureStart(_ context.Context, f *fleet) error {
	f.add(startRow, float64(f.reports.latest()-f.begun)/1e9)
	return nil
}

var idlePhase = phase{
	name:    "idle",
	how:     "six seconds after that, when all has settled, over five seconds; the budget of no CPU time is taken as 0.1 ms/s; MB are 2^20 bytes",
	rows:    []*row{idleRSS, idlePSS, idleAnon, idleThreads, idleCPU},
	measure: measureIdle,
}

func measureIdle(ctx context.Context, f *fleet) error {
	if err := pause(ctx, time.Duration(f.size(6000, 500))*time.Millisecond); err != nil {
		return err
	}
	before, err := cpuOf(f.pid())
	if err != nil {
		return err
	}
	window := time.Duration(f.size(5, 1)) * time.Second
	if err := pause(ctx, window); err != nil {
		return err
	}
	after, err := cpuOf(f.pid())
	if err != nil {
		return err
	}
	status, err := figures(f.pid(), "status")
	if err != nil {
		return err
	}
	rollup, err := figures(f.pid(), "smaps_rollup")
	if err != nil {
		return err
	}
	f.add(idleRSS, status["VmRSS"]/1024)
	f.add(idlePSS, rollup["Pss"]/1024)
	f.add(idleAnon, status["RssAnon"]/1024)
	f.add(idleThreads, status["Threads"])
	f.add(idleCPU, ms(after-before)/window.Seconds())
	return nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
