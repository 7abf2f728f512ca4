package process

import (
	"fmt"
	"math"
	"time"
)

// Growth says how the time before a try grows with the failures.
type Growth int

// The kinds of growth, where n is the number of failures in a row.
const (
	Linear      Growth = iota // n seconds, as Python's
	Exponential               // 1, 2, 4, 8, … seconds
	Constant                  // one second
)

// RetryWait says how long a process waits after a failed start. The zero RetryWait is
// Python's.
type RetryWait struct {
	Growth Growth
	Max    time.Duration // the most that growth leads to; zero for no bound
	// Jitter is by which part of itself the time may become longer at random, from 0 to
	// 1, so that what failed together is not tried together.
	Jitter float64
}

// longest is a wait that is as good as for ever, and whose sum with a time does not
// overflow.
const longest = 10 * 365 * 24 * time.Hour

// after returns the time from a failure at now until the next try. It takes its chance
// from the time, and so stays a function of what it is given.
func (w RetryWait) after(failures int, now time.Time) time.Duration {
	wait := longest
	switch w.Growth {
	case Linear:
		if failures < int(longest/time.Second) {
			wait = time.Duration(failures) * time.Second
		}
	case Exponential:
		if failures <= 28 { // 2^27 seconds are four years
			wait = time.Second << max(failures-1, 0)
		}
	case Constant:
		wait = time.Second
	}
	if w.Max > 0 {
		wait = min(wait, w.Max)
	}
	return wait + time.Duration(float64(wait)*w.Jitter*chance(now))
}

// chance returns a number from 0 to 1, less than 1, that looks random: two moments, however
// near to each other, have nothing in common. The constants are those of SplitMix64.
func chance(at time.Time) float64 {
	x := uint64(at.UnixNano()) + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	x ^= x >> 31
	return math.Ldexp(float64(x>>11), -53)
}

// Limit bounds how often a process is started again by itself after it was up. The zero
// Limit does not.
type Limit struct {
	Count  int           // this many restarts are allowed
	Within time.Duration // in this time, which the first of them begins
}

// String describes the limit as the configuration writes it: 5/1m0s.
func (l Limit) String() string {
	if l == (Limit{}) {
		return ""
	}
	return fmt.Sprintf("%d/%v", l.Count, l.Within)
}

// restartAllowed counts a restart, and reports whether the limit has room for it.
func (t *turn) restartAllowed() bool {
	limit := t.policy.RestartLimit
	if limit == (Limit{}) {
		return true
	}
	if since := t.now.Sub(t.CountedSince); t.CountedSince.IsZero() || since < 0 || since >= limit.Within {
		t.CountedSince, t.Restarts = t.now, 0
	}
	if t.Restarts >= limit.Count {
		return false
	}
	t.Restarts++
	return true
}

// tooOften is the SpawnErr of a process whose restarts have reached the limit.
func tooOften(l Limit) string {
	return fmt.Sprintf("Restarted %d times within %v (restart_limit)", l.Count, l.Within)
}
