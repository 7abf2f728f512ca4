package main

import "fmt"

// row is one line of the table.
type row struct {
	name   string
	unit   string
	more   bool // more is better
	budget budget
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
)

// heading returns the name with the unit, if there is one.
func (r *row) heading() string {
	if r.unit == "" {
		return r.name
	}
	return r.name + " [" + r.unit + "]"
}

func (r *row) budgetText() string {
	sign := "<="
	if r.more {
		sign = ">="
	}
	switch r.budget.of {
	case nothing:
		return ""
	case one:
		return fmt.Sprintf("%s %g %s", sign, r.budget.limit, r.unit)
	case byLoop:
		return fmt.Sprintf("%s %g x C", sign, r.budget.limit)
	case byPython:
		return fmt.Sprintf("%s %g x Python", sign, r.budget.limit)
	}
	return ""
}

// verdict says whether the measurements keep the budget.
func (r *row) verdict(of *[contenders]samples) string {
	var got samples
	switch r.budget.of {
	case nothing:
		return ""
	case one:
		got = of[ours]
	case byLoop:
		got = ratiosOf(of, cloop)
	case byPython:
		got = ratiosOf(of, python)
	}
	switch {
	case len(got) == 0:
		return "?"
	case r.keeps(got.median()):
		return "yes"
	case r.keeps(got.best(r.more)):
		return "in the best round"
	}
	return "NO"
}

func (r *row) keeps(v float64) bool {
	if r.more {
		return v >= r.budget.limit
	}
	return v <= r.budget.limit
}

// ratiosOf returns ours by other's, nothing if one of the two was not measured.
func ratiosOf(of *[contenders]samples, other contender) samples {
	if len(of[ours]) == 0 || len(of[other]) == 0 {
		return nil
	}
	return of[ours].ratios(of[other])
}
