package main

import (
	"fmt"
	"strings"
)

// row is one line of the table.
type row struct {
	name    string
	unit    string
	more    bool // more is better
	budgets []budget
	plain   *row // what bySelf compares with
}

// budget is a limit for ours.
type budget struct {
	of    yardstick
	limit float64
}

// yardstick is what the limit of a budget is multiplied with.
type yardstick int

const (
	nothing  yardstick = iota // there is no budget
	one                       // the limit is a figure in the row's unit
	byLoop                    // times what the C loop needs
	byPython                  // times what Python's daemon needs
	bySelf                    // times what ours needs in the plain row
)

// heading returns the name with the unit, if there is one.
func (r *row) heading() string {
	if r.unit == "" {
		return r.name
	}
	return r.name + " [" + r.unit + "]"
}

func (r *row) budgetText() string {
	var all []string
	for _, b := range r.budgets {
		all = append(all, b.text(r))
	}
	return strings.Join(all, ", ")
}

func (b budget) text(r *row) string {
	sign := "<="
	if r.more {
		sign = ">="
	}
	switch b.of {
	case nothing:
		return ""
	case one:
		return fmt.Sprintf("%s %g %s", sign, b.limit, r.unit)
	case byLoop:
		return fmt.Sprintf("%s %g x C", sign, b.limit)
	case byPython:
		return fmt.Sprintf("%s %g x Python", sign, b.limit)
	case bySelf:
		return fmt.Sprintf("%s %g x ours without", sign, b.limit)
	}
	return ""
}

// verdict says for each budget whether the measurements keep it.
func (r *row) verdict(of *[contenders]samples, plain samples) string {
	var all []string
	for _, b := range r.budgets {
		all = append(all, r.judge(b, of, plain))
	}
	return strings.Join(all, ", ")
}

func (r *row) judge(b budget, of *[contenders]samples, plain samples) string {
	var got samples
	switch b.of {
	case nothing:
		return ""
	case one:
		got = of[ours]
	case byLoop:
		got = ratiosOf(of[ours], of[cloop])
	case byPython:
		got = ratiosOf(of[ours], of[python])
	case bySelf:
		got = ratiosOf(of[ours], plain)
	}
	switch {
	case len(got) == 0:
		return "?"
	case r.keeps(b, got.median()):
		return "yes"
	case r.keeps(b, got.best(r.more)):
		return "in the best round"
	}
	return "NO"
}

func (r *row) keeps(b budget, v float64) bool {
	if r.more {
		return v >= b.limit
	}
	return v <= b.limit
}

// ratiosOf returns ours by theirs, nothing if one of the two was not measured.
func ratiosOf(ours, theirs samples) samples {
	if len(ours) == 0 || len(theirs) == 0 {
		return nil
	}
	return ours.ratios(theirs)
}
