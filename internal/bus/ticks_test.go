package bus_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/bus"
	"supervisord/internal/event"
)

// ticking runs Tick in a synctest bubble, whose clock begins at a full hour, until the
// test ends.
func ticking(t *testing.T) *bus.Bus {
	t.Helper()
	b := new(bus.Bus)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); b.Tick(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return b
}

// take writes down the events of some types.
func take(b *bus.Bus, types ...event.Type) (got *[]string, end func()) {
	got = new([]string)
	s := b.SubscribeFunc(func(e event.Event) {
		*got = append(*got, fmt.Sprintf("%s %s %s", e.At.UTC().Format("15:04:05"), e.Type, e.Payload()))
	}, types...)
	return got, s.Close
}

// TestTicks subscribes in the midst of a slice: the first tick is the beginning of the
// next, as with Python.
func TestTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := ticking(t)
		time.Sleep(59*time.Minute + 48*time.Second)
		got, end := take(b, event.Tick)
		time.Sleep(23 * time.Second)
		end()
		synctest.Wait()
		time.Sleep(time.Hour)
		again, endAgain := take(b, event.Tick60)
		time.Sleep(2 * time.Minute)
		endAgain()
		synctest.Wait()
		want := []string{
			"00:59:50 TICK_5 when:946688390", "00:59:55 TICK_5 when:946688395", "01:00:00 TICK_5 when:946688400",
			"01:00:00 TICK_60 when:946688400", "01:00:00 TICK_3600 when:946688400",
			"01:00:05 TICK_5 when:946688405", "01:00:10 TICK_5 when:946688410",
		}
		if d := cmp.Diff(want, *got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if d := cmp.Diff([]string{"02:01:00 TICK_60 when:946692060", "02:02:00 TICK_60 when:946692120"}, *again); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

// TestTicksOfALongSlice has somebody who only wants the hours.
func TestTicksOfALongSlice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := ticking(t)
		got, end := take(b, event.Tick3600)
		time.Sleep(2*time.Hour + time.Minute)
		end()
		synctest.Wait()
		if d := cmp.Diff([]string{"01:00:00 TICK_3600 when:946688400", "02:00:00 TICK_3600 when:946692000"}, *got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

// TestNobodyWantsTicks: nothing is due, so that the bubble may sleep for as long as it
// likes without anybody waking up.
func TestNobodyWantsTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := ticking(t)
		s := b.Subscribe(10, event.ProcessState)
		time.Sleep(24 * time.Hour)
		b.Publish(event.Event{Type: event.ProcessStateFatal})
		s.Close()
		for e := range s.Events(t.Context()) {
			if e.Serial != 0 {
				t.Errorf("%d events before", e.Serial)
			}
		}
	})
}

func TestSubscribeFunc(t *testing.T) {
	var b bus.Bus
	var got []string
	s := b.SubscribeFunc(func(e event.Event) { got = append(got, fmt.Sprint(e.Serial, " ", e.Data)) }, event.Tick)
	if !b.Wants(event.Tick5) || b.Wants(event.ProcessGroupAdded) {
		t.Error("the bus does not know what is wanted")
	}
	b.Publish(tick("a"))
	b.Publish(event.Event{Type: event.ProcessGroupAdded})
	b.Publish(tick("b"))
	s.Close()
	b.Publish(tick("c"))
	if d := cmp.Diff([]string{"0 a", "2 b"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if b.Wants(event.Tick5) {
		t.Error("still wanted")
	}
}
