package main

import "slices"

// samples are the measurements of one row by one contender, one per round.
type samples []float64

// median returns the middle, of an even number the lower one; there must be one.
func (s samples) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[(len(sorted)-1)/2]
}

// best returns the least, or the greatest where more is better.
func (s samples) best(more bool) float64 {
	if more {
		return slices.Max(s)
	}
	return slices.Min(s)
}

// ratios returns s by other, round by round; if a round is missing, one ratio of the
// medians.
func (s samples) ratios(other samples) samples {
	if len(s) != len(other) {
		return samples{s.median() / other.median()}
	}
	out := make(samples, len(s))
	for i := range s {
		out[i] = s[i] / other[i]
	}
	return out
}
