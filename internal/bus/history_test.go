package bus_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/bus"
	"supervisord/internal/event"
)

func TestLateSubscriberBeginsWithWhatIsRemembered(t *testing.T) {
	var b bus.Bus
	b.Remember(event.Tick5)
	b.Publish(tick("a"))
	b.Publish(event.Event{Type: event.Tick60, Data: "not remembered"})
	b.Publish(tick("b"))
	b.Publish(tick("c"))
	all := b.SubscribeBack(10, 10, event.Any)
	latest := b.SubscribeBack(2, 10, event.Tick)
	one := b.SubscribeBack(10, 1, event.Tick)
	others := b.SubscribeBack(10, 10, event.Tick60)
	b.Publish(event.Event{Type: event.Tick60, Data: "d"})
	for _, c := range []struct {
		name string
		of   *bus.Subscription
		want []string
	}{
		{"all", all, []string{"0 a", "2 b", "3 c", "4 d"}},
		{"latest", latest, []string{"2 b", "3 c", "4 d"}},
		{"one", one, []string{"4 d"}},
		{"others", others, []string{"4 d"}},
	} {
		if got := c.of.Waiting(); got != len(c.want) {
			t.Errorf("%s: %d wait", c.name, got)
		}
		c.of.Close()
		if d := cmp.Diff(c.want, read(t, c.of, -1)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	var b bus.Bus
	b.Remember(event.Any)
	count := func() int { return b.SubscribeBack(1000, 1000, event.Any).Waiting() }
	for range 300 {
		b.Publish(tick("short"))
	}
	if got := count(); got != 100 {
		t.Errorf("%d are remembered", got)
	}
	for range 5 {
		b.Publish(tick(strings.Repeat("x", 300<<10)))
	}
	if got := count(); got != 3 {
		t.Errorf("%d long ones are remembered", got)
	}
	b.Publish(tick(strings.Repeat("x", 2<<20)))
	if got := count(); got != 0 {
		t.Errorf("%d are remembered behind one that is too long", got)
	}
}

func TestLongEventsFillAQueue(t *testing.T) {
	var b bus.Bus
	s := b.Subscribe(1000, event.Any)
	for range 5 {
		b.Publish(tick(strings.Repeat("x", 3<<20)))
	}
	if got, lost := s.Waiting(), s.Lost(); got != 2 || lost != 3 {
		t.Errorf("%d wait, %d are lost", got, lost)
	}
	b.Publish(tick(strings.Repeat("x", 9<<20)))
	if got, lost := s.Waiting(), s.Lost(); got != 1 || lost != 5 {
		t.Errorf("%d wait, %d are lost", got, lost)
	}
}
