package runner_test

import (
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A listener that answers what it does not read makes the daemon keep no more than two
// events for it: the one that fills the pipe, and the one behind it.
func TestEventsForAListenerThatAnswersWithoutReading(t *testing.T) {
	r := talkTo(t, "exec sleep 1000")
	before := runtime.NumGoroutine()
	refused := 0
	for range 100 {
		if r.Send(large) != nil {
			refused++
		}
	}
	if d := cmp.Diff(98, refused); d != "" {
		t.Errorf("refused (-want +got):\n%s", d)
	}
	if more := runtime.NumGoroutine() - before; more > 2 {
		t.Errorf("%d goroutines more", more)
	}
}
