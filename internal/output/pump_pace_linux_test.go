package output

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// look makes p look once, after spent has gone into serving what the last look found:
// bytes in the fullest pipe. Something is ready wait after the rest. It returns the rest.
func look(p *pace, clock *time.Time, spent time.Duration, bytes int, wait time.Duration) time.Duration {
	p.found(bytes)
	*clock = clock.Add(spent)
	rest := max(p.rest(*clock), 0)
	begun := clock.Add(rest)
	*clock = begun.Add(wait)
	p.woke(begun, *clock)
	return rest
}

func TestALineThatComesAloneIsNotDelayed(t *testing.T) {
	var p pace
	clock := time.Unix(1e9, 0)
	for range 1000 {
		// The rest that follows a lone line ends long before the next one comes.
		if rest := look(&p, &clock, 20*time.Microsecond, 100, time.Second); rest > gapStep {
			t.Fatalf("a rest of %v", rest)
		}
	}
}

func TestLinesOfManyGather(t *testing.T) {
	var p pace
	clock := time.Unix(1e9, 0)
	look(&p, &clock, 0, 0, time.Second)
	var rests []time.Duration
	for i := range 200 {
		rest := look(&p, &clock, 20*time.Microsecond, 1000, 0)
		if i%40 == 0 {
			rests = append(rests, rest.Round(gapStep))
		}
	}
	want := []time.Duration{100 * time.Microsecond, 4100 * time.Microsecond, longestGap, longestGap, longestGap}
	if diff := cmp.Diff(want, rests); diff != "" {
		t.Error(diff)
	}
}

func TestTimeThatServingTakesIsNoRest(t *testing.T) {
	p := pace{gap: longestGap}
	clock := time.Unix(1e9, 0)
	p.woke(clock, clock)
	if rest := look(&p, &clock, longestGap, 1000, 0); rest != 0 {
		t.Errorf("a rest of %v", rest)
	}
}

func TestAWellFilledPipeShortensTheGap(t *testing.T) {
	p := pace{gap: longestGap}
	clock := time.Unix(1e9, 0)
	p.woke(clock, clock)
	var rests []time.Duration
	for range 4 {
		rests = append(rests, look(&p, &clock, 0, wellFilled, 0))
	}
	want := []time.Duration{longestGap / 4, longestGap / 16, longestGap / 64, longestGap / 256}
	if diff := cmp.Diff(want, rests); diff != "" {
		t.Error(diff)
	}
	if rest := look(&p, &clock, 0, wellFilled-1, 0); rest != longestGap/256+gapStep {
		t.Errorf("then a rest of %v", rest)
	}
}
