package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

var (
	floodRate = &row{name: "one fast writer, log rotated at 50 MB", unit: "MB/s", more: true, budgets: []budget{{byPython, 1.2}, {byLoop, 1}}}
	floodCPU  = &row{name: "  CPU per GiB", unit: "s", budgets: []budget{{one, 0.6}}}
	linesCPU  = &row{name: "100 programs x 1,000 lines/s for 10 s: CPU", unit: "s", budgets: []budget{{byPython, 0.6}}}
)

// floodBytes is how much the fast writer writes.
func (l *lab) floodBytes() int { return l.size(2<<30, 256<<20) }

var floodPhase = phase{
	name:    "flood",
	how:     "2 GiB in writes of 64 KiB, from the writer's first instruction to its last write; three old logs are kept; MB are 10^6 bytes",
	rows:    []*row{floodRate, floodCPU},
	measure: floodInto(floodRate, floodCPU),
}

// floodVariants are what may not cost more than half of the speed.
var floodVariants = []variant{
	floodVariant("second", "with a second log file", programs{second: true}),
	floodVariant("text", "with log_format=text, lines of 100 bytes", programs{format: "text"}),
	floodVariant("json", "with log_format=json", programs{format: "json"}),
}

func floodVariant(name, title string, with programs) variant {
	rate := &row{name: "  " + title, unit: "MB/s", more: true, budgets: []budget{{bySelf, 0.5}}, plain: floodRate}
	cpu := &row{name: "    CPU per GiB", unit: "s", plain: floodCPU}
	return variant{
		func(l *lab) (programs, error) {
			set, err := floodingProgram(l)
			set.second, set.format = with.second, with.format
			return set, err
		},
		phase{name: name, how: "the flood, ours " + title, rows: []*row{rate, cpu}, measure: floodInto(rate, cpu)},
	}
}

func floodingProgram(l *lab) (programs, error) {
	argv, err := l.compiled("flood", strconv.Itoa(l.floodBytes()))
	return programs{count: 1, argv: argv}, err
}

func floodInto(rate, cpu *row) func(ctx context.Context, f *fleet) error {
	return func(ctx context.Context, f *fleet) error { return measureFlood(ctx, f, rate, cpu) }
}

func measureFlood(ctx context.Context, f *fleet, rate, cpu *row) error {
	begun := f.reports.latest()
	before, err := cpuOf(f.pid())
	if err != nil {
		return err
	}
	end, err := f.next(ctx)
	if err != nil {
		return err
	}
	if err := pause(ctx, 300*time.Millisecond); err != nil { // what is in the pipe
		return err
	}
	after, err := cpuOf(f.pid())
	if err != nil {
		return err
	}
	written := float64(f.floodBytes())
	f.add(rate, written/(float64(end.at-begun)/1e9)/1e6)
	f.add(cpu, (after-before).Seconds()/(written/(1<<30)))
	return nil
}

var linesPhase = phase{
	name:    "lines",
	how:     "each program writes ten lines of 100 bytes every 10 ms; CPU of the supervisor until all is in the logs",
	rows:    []*row{linesCPU},
	measure: measureLines,
}

func talkingPrograms(l *lab) (programs, error) {
	argv, err := l.compiled("lines", "1000", strconv.Itoa(l.size(10, 2)))
	return programs{count: l.size(100, 20), argv: argv}, err
}

func measureLines(ctx context.Context, f *fleet) error {
	before, err := cpuOf(f.pid())
	if err != nil {
		return err
	}
	if err := f.awaitAll(ctx); err != nil { // they report their end, too
		return err
	}
	if err := f.awaitLines(ctx); err != nil {
		return err
	}
	after, err := cpuOf(f.pid())
	if err != nil {
		return err
	}
	f.add(linesCPU, (after - before).Seconds())
	return nil
}

// awaitLines waits until all lines are in the logs, and notes what is still missing
// after five seconds.
func (f *fleet) awaitLines(ctx context.Context) error {
	const every, tries = 50 * time.Millisecond, 100
	missing := int64(0)
	for range tries {
		var err error
		if missing, err = f.missingLines(); err != nil || missing == 0 {
			return err
		}
		if err := pause(ctx, every); err != nil {
			return err
		}
	}
	f.note("lines: %s has lost %d bytes", f.who, missing)
	return nil
}

// missingLines returns how many bytes are not in the logs.
func (f *fleet) missingLines() (bytes int64, err error) {
	each := int64(f.size(10, 2)) * 1000 * 100
	bytes = each * int64(f.set.count)
	logs, err := filepath.Glob(filepath.Join(f.home, "log", "*"))
	if err != nil {
		return 0, err
	}
	for _, log := range logs {
		info, err := os.Stat(log)
		if err != nil {
			return 0, err
		}
		bytes -= info.Size()
	}
	return bytes, nil
}
