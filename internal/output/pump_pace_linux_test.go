package output

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// look makes p look once, after spent has gone into serving what the last look found:
// bytes in the fullest pipe. The first of so many pipes is ready wait after the rest. It
// returns the rest.
func look(p *pace, clock *time.Time, spent time.Duration, bytes int, wait time.Duration, ready int) time.Duration {
	p.found(bytes)
	*clock = clock.Add(spent)
	rest := max(p.rest(*clock), 0)
	*clock = clock.Add(rest + wait)
	p.woke(*clock, ready)
	return rest
}

func TestALineThatComesAloneIsNotDelayed(t *testing.T) {
	for _, every := range []time.Duration{time.Second, 10 * time.Millisecond, seldom + time.Millisecond} {
		var p pace
		clock := time.Unix(1e9, 0)
		for range 1000 {
			if rest := look(&p, &clock, 20*time.Microsecond, 100, every, 1); rest > 0 {
				t.Fatalf("every %v: a rest of %v", every, rest)
			}
		}
	}
}

func TestLinesOfManyGather(t *testing.T) {
	var p pace
	clock := time.Unix(1e9, 0)
	look(&p, &clock, 0, 0, time.Second, 1)
	var rests []time.Duration
	for i := range 200 {
		rest := look(&p, &clock, 20*time.Microsecond, 1000, 0, 2)
		if i%40 == 0 {
			rests = append(rests, rest.Round(gapStep))
		}
	}
	want := []time.Duration{0, 4100 * time.Microsecond, longestGap, longestGap, longestGap}
	if diff := cmp.Diff(want, rests); diff != "" {
		t.Error(diff)
	}
}

func TestARestThatGathersNothingIsGivenUp(t *testing.T) {
	p := pace{gap: longestGap}
	clock := time.Unix(1e9, 0)
	p.looked = clock
	var rests []time.Duration
	for range 6 {
		rests = append(rests, look(&p, &clock, 0, 100, 10*time.Millisecond, 1).Round(gapStep))
	}
	want := []time.Duration{longestGap, 4100 * time.Microsecond, 2200 * time.Microsecond, 1200 * time.Microsecond, 700 * time.Microsecond, 0}
	if diff := cmp.Diff(want, rests); diff != "" {
		t.Error(diff)
	}
}

func TestTimeThatServingTakesIsNoRest(t *testing.T) {
	p := pace{gap: longestGap}
	clock := time.Unix(1e9, 0)
	p.looked = clock
	if rest := look(&p, &clock, longestGap, 1000, 0, 2); rest != 0 {
		t.Errorf("a rest of %v", rest)
	}
}

func TestAWellFilledPipeShortensTheGap(t *testing.T) {
	p := pace{gap: longestGap}
	clock := time.Unix(1e9, 0)
	p.looked = clock
	var rests []time.Duration
	for range 4 {
		rests = append(rests, look(&p, &clock, 0, wellFilled, 0, 2))
	}
	want := []time.Duration{longestGap / 4, longestGap / 16, 0, 0}
	if diff := cmp.Diff(want, rests); diff != "" {
		t.Error(diff)
	}
}

// TestAPromptPumpNeverRests looks at what makes the gap grow otherwise.
func TestAPromptPumpNeverRests(t *testing.T) {
	p := pace{none: true}
	clock := time.Unix(1e9, 0)
	for range 200 {
		if rest := look(&p, &clock, 0, 10, 0, 2); rest > 0 {
			t.Fatalf("a rest of %v", rest)
		}
	}
}
