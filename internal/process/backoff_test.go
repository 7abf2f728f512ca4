package process_test

import (
	"testing"
	"time"

	"supervisord/internal/process"
)

// wait returns how long a process waits after its n-th failure at the given time.
func wait(w process.RetryWait, n int, at time.Time) time.Duration {
	p := process.Policy{StartRetries: n, RetryWait: w}
	s := process.State{Phase: process.Starting, Failures: n - 1}
	next, _ := process.Next(p, s, at, process.SpawnFailed{Reason: "no"})
	return next.Deadline.Sub(at)
}

// Waits stay positive and bounded however often a start has failed.
func TestWaitAfterManyFailures(t *testing.T) {
	const years = 10 * 365 * 24 * time.Hour
	for _, g := range []process.Growth{process.Linear, process.Exponential, process.Constant} {
		for _, n := range []int{1, 28, 29, 64, 65, 1 << 31, 1 << 40} {
			if got := wait(process.RetryWait{Growth: g, Jitter: 1}, n, now); got < time.Second || got > 2*years {
				t.Errorf("growth %d, failure %d: waits %v", g, n, got)
			}
			if got := wait(process.RetryWait{Growth: g, Max: time.Minute}, n, now); got > time.Minute {
				t.Errorf("growth %d, failure %d: waits %v, with at most a minute", g, n, got)
			}
		}
	}
}

// Jitter spreads what fails at nearly the same time over all of its range.
func TestJitter(t *testing.T) {
	w := process.RetryWait{Growth: process.Constant, Max: 10 * time.Second, Jitter: 0.5}
	var tenths [5]int
	for i := range 1000 {
		d := wait(w, 1, now.Add(time.Duration(i)))
		if d < time.Second || d >= 1500*time.Millisecond {
			t.Fatalf("waits %v, want 1s to 1.5s", d)
		}
		tenths[(d-time.Second)/(100*time.Millisecond)]++
	}
	for i, n := range tenths {
		if n < 150 || n > 250 {
			t.Errorf("%d of 1000 waits are in tenth %d, want about 200: %v", n, i, tenths)
		}
	}
}
