package syslog_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/output/syslog"
)

// TestQueueKeepsOrderAndLimits compares the queue with a slice, over many turns of the
// ring and with messages that lie across its end.
func TestQueueKeepsOrderAndLimits(t *testing.T) {
	const count, size = 50, 40_000
	q := syslog.NewQueue(count, size)
	var (
		model []string
		used  int
		rng   = rand.New(rand.NewPCG(1, 2))
		full  int
	)
	for i := range 5_000 {
		text := strings.Repeat(string(rune('a'+i%26)), rng.IntN(2000))
		head := text[:rng.IntN(len(text)+1)]
		fits := len(model) < count && used+len(text)+2 <= size
		if got := q.Put([]byte(head), []byte(text[len(head):])); got != fits {
			t.Fatalf("message %d: put %v, want %v", i, got, fits)
		}
		if fits {
			model = append(model, text)
			used += len(text) + 2
			continue
		}
		full++
		for _, got := range q.Take(rng.IntN(count)) {
			if d := cmp.Diff(model[0], got); d != "" {
				t.Fatal(d)
			}
			used -= len(model[0]) + 2
			model = model[1:]
		}
	}
	if full < 50 {
		t.Errorf("the queue was full %d times", full)
	}
}
