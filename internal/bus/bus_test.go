package bus_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/bus"
	"supervisord/internal/event"
)

// tick returns an event that is told apart by its data.
func tick(data string) event.Event { return event.Event{Type: event.Tick5, Data: data} }

// read returns the next n events as "serial data".
func read(t *testing.T, s *bus.Subscription, n int) []string {
	t.Helper()
	var got []string
	for e := range s.Events(t.Context()) {
		if got = append(got, fmt.Sprintf("%d %s", e.Serial, e.Data)); len(got) == n {
			break
		}
	}
	return got
}

func TestSubscriberSeesItsTypesInOrder(t *testing.T) {
	var b bus.Bus
	ticks := b.Subscribe(10, event.Tick)
	defer ticks.Close()
	both := b.Subscribe(10, event.ProcessGroupAdded, event.Tick5)
	defer both.Close()
	none := b.Subscribe(10)
	b.Publish(tick("a"))
	b.Publish(event.Event{Type: event.ProcessGroupAdded, Data: "b"})
	b.Publish(event.Event{Type: event.ProcessGroupRemoved, Data: "c"})
	b.Publish(event.Event{Type: event.Tick60, Data: "d"})
	none.Close()
	if d := cmp.Diff([]string{"0 a", "3 d"}, read(t, ticks, 2)); d != "" {
		t.Errorf("ticks (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"0 a", "1 b"}, read(t, both, 2)); d != "" {
		t.Errorf("both (-want +got):\n%s", d)
	}
	if got := read(t, none, 1); got != nil {
		t.Errorf("none: got %q", got)
	}
}

func TestFullQueueLosesTheOldest(t *testing.T) {
	for _, tt := range []struct {
		size, publish int
		want          []string
		lost          uint64
	}{
		{size: 3, publish: 2, want: []string{"0 e0", "1 e1"}, lost: 0},
		{size: 3, publish: 3, want: []string{"0 e0", "1 e1", "2 e2"}, lost: 0},
		{size: 3, publish: 8, want: []string{"5 e5", "6 e6", "7 e7"}, lost: 5},
		{size: 0, publish: 2, want: []string{"1 e1"}, lost: 1},
		{size: -5, publish: 2, want: []string{"1 e1"}, lost: 1},
	} {
		t.Run(fmt.Sprintf("%d of %d", tt.publish, tt.size), func(t *testing.T) {
			var b bus.Bus
			s := b.Subscribe(tt.size, event.Any)
			for i := range tt.publish {
				b.Publish(tick(fmt.Sprintf("e%d", i)))
			}
			s.Close()
			if d := cmp.Diff(tt.want, read(t, s, -1)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if got := s.Lost(); got != tt.lost {
				t.Errorf("lost: got %d, want %d", got, tt.lost)
			}
		})
	}
}

func TestReadingGoesOnWhereItWasLeft(t *testing.T) {
	var b bus.Bus
	s := b.Subscribe(10, event.Any)
	defer s.Close()
	b.Publish(tick("a"))
	b.Publish(tick("b"))
	got := append(read(t, s, 1), read(t, s, 1)...)
	if d := cmp.Diff([]string{"0 a", "1 b"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestReaderWaitsForEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bus.Bus
		s := b.Subscribe(10, event.Any)
		begin := time.Now()
		var got []string
		go func() {
			for e := range s.Events(t.Context()) {
				got = append(got, fmt.Sprintf("%s after %v", e.Data, time.Since(begin)))
			}
			got = append(got, fmt.Sprintf("end after %v", time.Since(begin)))
		}()
		time.Sleep(time.Hour)
		b.Publish(tick("a"))
		time.Sleep(time.Minute)
		b.Publish(tick("b"))
		b.Publish(tick("c"))
		s.Close()
		s.Close()
		b.Publish(tick("d"))
		synctest.Wait()
		want := []string{"a after 1h0m0s", "b after 1h1m0s", "c after 1h1m0s", "end after 1h1m0s"}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

func TestReadingEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bus.Bus
		s := b.Subscribe(10, event.Any)
		defer s.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		b.Publish(tick("a"))
		begin, n := time.Now(), 0
		for range s.Events(ctx) {
			n++
		}
		if took := time.Since(begin); took != time.Minute || n != 1 {
			t.Errorf("got %d events in %v, want 1 in 1m0s", n, took)
		}
		b.Publish(tick("b"))
		for e := range s.Events(ctx) {
			t.Errorf("got %s after the context was done", e.Data)
		}
	})
}

// TestOneTimeline has many publishers and readers at once: every reader sees every
// serial number once, in order, and all see the same events.
func TestOneTimeline(t *testing.T) {
	const publishers, each, readers = 4, 500, 3
	var b bus.Bus
	var wg sync.WaitGroup
	got := make([][]event.Event, readers)
	for i := range readers {
		s := b.Subscribe(publishers*each, event.Any)
		defer s.Close()
		wg.Go(func() {
			for e := range s.Events(t.Context()) {
				if got[i] = append(got[i], e); len(got[i]) == publishers*each {
					return
				}
			}
		})
	}
	for p := range publishers {
		wg.Go(func() {
			for n := range each {
				b.Publish(tick(fmt.Sprintf("%d.%d", p, n)))
			}
		})
	}
	wg.Wait()
	for n, e := range got[0] {
		if e.Serial != uint64(n) {
			t.Fatalf("event %d has serial %d", n, e.Serial)
		}
	}
	for i := 1; i < readers; i++ {
		if d := cmp.Diff(got[0], got[i]); d != "" {
			t.Errorf("reader %d saw something else than reader 0:\n%s", i, d)
		}
	}
}

func TestWants(t *testing.T) {
	var b bus.Bus
	types := []event.Type{event.ProcessLogStdout, event.ProcessLogStderr, event.ProcessCommunicationStdout, event.Tick5, "NOPE"}
	wanted := func() (got []event.Type) {
		for _, t := range types {
			if b.Wants(t) {
				got = append(got, t)
			}
		}
		return got
	}
	check := func(want ...event.Type) {
		t.Helper()
		if d := cmp.Diff(want, wanted()); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
	check()
	logs := b.Subscribe(1, event.ProcessLog)
	check(event.ProcessLogStdout, event.ProcessLogStderr)
	all := b.Subscribe(1, event.Any)
	check(event.ProcessLogStdout, event.ProcessLogStderr, event.ProcessCommunicationStdout, event.Tick5)
	logs.Close()
	all.Close()
	check()
	stderr := b.Subscribe(1, event.Tick, event.ProcessLogStderr)
	check(event.ProcessLogStderr, event.Tick5)
	stderr.Close()
	check()
}

// TestCloseWhilePublishing is for the race detector.
func TestCloseWhilePublishing(t *testing.T) {
	var b bus.Bus
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				s := b.Subscribe(1, event.Tick)
				b.Publish(tick(""))
				b.Wants(event.Tick5)
				s.Close()
				for range s.Events(t.Context()) {
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkPublish(b *testing.B) {
	var bus bus.Bus
	for range 4 {
		s := bus.Subscribe(1000, event.ProcessState)
		defer s.Close()
	}
	e := event.Event{Type: event.ProcessStateRunning, Process: "web", Group: "web"}
	b.ReportAllocs()
	for b.Loop() {
		bus.Publish(e)
	}
}

func BenchmarkWants(b *testing.B) {
	var bus bus.Bus
	s := bus.Subscribe(1000, event.ProcessState)
	defer s.Close()
	b.ReportAllocs()
	for b.Loop() {
		bus.Wants(event.ProcessLogStdout)
	}
}
