//go:build unix

package child_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/child"
	"supervisord/internal/process"
	"supervisord/internal/testenv"
)

// record keeps what happened, in order.
type record struct {
	mu    sync.Mutex
	names []string
	grew  chan struct{}
}

func newRecord() *record { return &record{grew: make(chan struct{}, 1000)} }

func (r *record) add(name string) {
	r.mu.Lock()
	r.names = append(r.names, name)
	r.mu.Unlock()
	r.grew <- struct{}{}
}

// first waits for n entries and returns them.
func (r *record) first(t *testing.T, n int) []string {
	t.Helper()
	for range n {
		receive(t, r.grew, "another start")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.names[:n]...)
}

// recorded is a program that ends at once, with a preparation, whose fork is recorded.
func recorded(t *testing.T, p *child.Parent, r *record, name string, open func() error) *child.Spec {
	t.Helper()
	s := &child.Spec{Name: name, Command: "/bin/true", Open: open}
	follow(t, s)
	s.Started = func(c *child.Child) {
		newStarted(t, p, c)
		r.add(name)
	}
	s.Failed = func(err error) { r.add(name + ": " + err.Error()) }
	s.Exited = func(process.Exit) {}
	return s
}

func names(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = string(rune('a'+i/26)) + string(rune('a'+i%26))
	}
	return all
}

func TestChildrenAreForkedInTheOrderOfTheirStarts(t *testing.T) {
	p := newParent(t)
	p.SetLimits(testenv.Patience, testenv.Patience)
	r := newRecord()
	random := rand.New(rand.NewPCG(3, 4))
	want := names(40)
	for _, name := range want {
		pause := time.Duration(random.IntN(40)) * time.Millisecond
		p.Start(recorded(t, p, r, name, func() error { <-time.After(pause); return nil }))
	}
	if d := cmp.Diff(want, r.first(t, len(want))); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// Children of one rank may be forked side by side, those of another only afterwards.
func TestChildrenOfDifferentRanksAreForkedOneAfterTheOther(t *testing.T) {
	p := newParent(t)
	pids := make(chan int, 300)
	for i := range cap(pids) {
		s := &child.Spec{Name: "a", Command: "/bin/true", Rank: child.Rank{Group: i / 2, Program: i % 2}}
		follow(t, s)
		s.Started = func(c *child.Child) {
			newStarted(t, p, c)
			pids <- c.PID
		}
		p.Start(s)
	}
	const wrapped = 10000 // further back than that means that pids began again
	last := 0
	for range cap(pids) {
		pid := receive(t, pids, "a start")
		if pid < last && last-pid < wrapped {
			t.Errorf("pid %d was forked after %d", pid, last)
		}
		last = pid
	}
}

func TestPreparationThatHangsLetsOthersGoFirst(t *testing.T) {
	p := newParent(t)
	p.SetLimits(20*time.Millisecond, testenv.Patience)
	r := newRecord()
	answer := make(chan struct{})
	p.Start(recorded(t, p, r, "hangs", func() error { <-answer; return nil }))
	others := names(10)
	for _, name := range others {
		p.Start(recorded(t, p, r, name, nil))
	}
	// Each of them may be late, too, on a busy machine: their order is that of another test.
	if d := cmp.Diff(others, slices.Sorted(slices.Values(r.first(t, len(others))))); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	close(answer)
	receive(t, r.grew, "the late start")
	r.mu.Lock()
	defer r.mu.Unlock()
	if d := cmp.Diff([]string{"hangs"}, r.names[len(others):]); d != "" {
		t.Errorf("afterwards (-want +got)\n%s", d)
	}
}

func TestLateStartIsNotHeldUpByThoseThatStillHang(t *testing.T) {
	p := newParent(t)
	p.SetLimits(20*time.Millisecond, testenv.Patience)
	r := newRecord()
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	for _, name := range names(6) { // more than are prepared at once
		p.Start(recorded(t, p, r, name, func() error { <-never; return nil }))
	}
	answer := make(chan struct{})
	p.Start(recorded(t, p, r, "late", func() error { <-answer; return nil }))
	p.Start(recorded(t, p, r, "quick", nil))
	if d := cmp.Diff([]string{"quick"}, r.first(t, 1)); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	close(answer)
	receive(t, r.grew, "the late start")
	r.mu.Lock()
	defer r.mu.Unlock()
	if d := cmp.Diff([]string{"quick", "late"}, r.names); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestPreparationThatNeverEndsFailsTheStart(t *testing.T) {
	p := newParent(t)
	p.SetLimits(time.Millisecond, 20*time.Millisecond)
	r := newRecord()
	answer := make(chan struct{})
	ended := make(chan struct{})
	p.Start(recorded(t, p, r, "hangs", func() error {
		defer close(ended)
		<-answer
		return nil
	}))
	want := []string{"hangs: no answer from the file system while preparing to spawn 'hangs'"}
	if d := cmp.Diff(want, r.first(t, 1)); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	close(answer) // too late: it must not be started any more
	receive(t, ended, "the end of the preparation")
	p.Start(recorded(t, p, r, "next", nil))
	receive(t, r.grew, "the next start")
	r.mu.Lock()
	defer r.mu.Unlock()
	if d := cmp.Diff(append(want, "next"), r.names); d != "" {
		t.Errorf("afterwards (-want +got)\n%s", d)
	}
}
