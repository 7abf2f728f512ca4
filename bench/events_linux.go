package main

import "context"

var (
	eventsRate = &row{name: "events to one listener, beside 100 programs", unit: "1/s", more: true, budgets: []budget{{byPython, 20}}}
	loneRate   = &row{name: "  beside no other program", unit: "1/s", more: true, budgets: []budget{{byPython, 5}}}
)

const eventsHow = "10,000 messages of 100 bytes from one program to a listener in C, from the first event to the last. " +
	"A listener gets one event at a time, so that each costs a way there and back between two processes, which takes about 10 us whoever does it"

var (
	eventsPhase = phase{name: "events", how: eventsHow, rows: []*row{eventsRate}, measure: measureEvents(eventsRate)}
	lonePhase   = phase{name: "lone", how: "the same without the others", rows: []*row{loneRate}, measure: measureEvents(loneRate)}
)

func listenedPrograms(l *lab) (programs, error) { return l.listened(l.size(100, 20)) }

func listenedProgram(l *lab) (programs, error) { return l.listened(0) }

func (l *lab) listened(others int) (programs, error) {
	argv, err := l.compiled()
	return programs{count: others, argv: argv, events: l.size(10_000, 1000)}, err
}

func measureEvents(rate *row) func(ctx context.Context, f *fleet) error {
	return func(ctx context.Context, f *fleet) error {
		first, err := f.next(ctx)
		if err != nil {
			return err
		}
		last, err := f.next(ctx)
		if err != nil {
			return err
		}
		f.add(rate, float64(f.set.events)/(float64(last.at-first.at)/1e9))
		return nil
	}
}
