package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"text/tabwriter"
)

// results are the measurements of a run.
type results struct {
	order []*row // as first measured or expected
	of    map[*row]*[contenders]samples
}

func newResults() *results { return &results{of: make(map[*row]*[contenders]samples)} }

// expect gives rows their place in the table, also if nobody measures them.
func (r *results) expect(rows ...*row) {
	for _, w := range rows {
		if r.of[w] == nil {
			r.of[w] = new([contenders]samples)
			r.order = append(r.order, w)
		}
	}
}

func (r *results) add(w *row, who contender, value float64) {
	r.expect(w)
	r.of[w][who] = append(r.of[w][who], value)
}

// plain returns what ours has measured in the row that w is compared with, if any.
func (r *results) plain(w *row) samples {
	if of := r.of[w.plain]; of != nil {
		return of[ours]
	}
	return nil
}

// print writes the table: medians, with the best round in parentheses.
func (r *results) print(to io.Writer, notes []string) {
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	write := func(w io.Writer, format string, args ...any) {
		_, _ = fmt.Fprintf(w, format, args...) // a closed standard output has no reader
	}
	write(t, "workload\tours\tPython\tC loop\tours/Python\tours/C\tours/plain\tbudget\tmet\n")
	for _, w := range r.order {
		of := r.of[w]
		write(t, "%s", w.heading())
		for who := range contenders {
			write(t, "\t%s", cell(of[who], w.more))
		}
		for _, other := range []contender{python, cloop} {
			write(t, "\t%s", ratio(ratiosOf(of[ours], of[other])))
		}
		write(t, "\t%s\t%s\t%s\n", ratio(ratiosOf(of[ours], r.plain(w))), w.budgetText(), w.verdict(of, r.plain(w)))
	}
	_ = t.Flush() // as above
	write(to, "\nMedians of the rounds, the best round in parentheses; ratios are medians of each round's ratio.\n")
	for _, n := range notes {
		write(to, "- %s\n", n)
	}
}

func cell(s samples, more bool) string {
	if len(s) == 0 {
		return "-"
	}
	if len(s) == 1 {
		return figure(s[0])
	}
	return fmt.Sprintf("%s (%s)", figure(s.median()), figure(s.best(more)))
}

func ratio(s samples) string {
	if len(s) == 0 || math.IsNaN(s.median()) || math.IsInf(s.median(), 0) {
		return "-"
	}
	return figure(s.median())
}

// figure writes three significant digits, but no fewer than the integer part has.
func figure(v float64) string {
	if math.Abs(v) >= 100 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
