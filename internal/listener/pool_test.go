package listener_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/bus"
	"supervisord/internal/event"
	"supervisord/internal/listener"
	"supervisord/internal/process"
)

// stage has pools, and writes down what their processes are sent and what the log says.
type stage struct {
	*listener.Pools
	t    *testing.T
	bus  bus.Bus
	said []string
}

func newStage(t *testing.T, level slog.Level) *stage {
	t.Helper()
	s := &stage{t: t}
	log := slog.New(slog.NewTextHandler(lineWriter(func(line string) { s.said = append(s.said, line) }), &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key != slog.LevelKey && a.Key != slog.MessageKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	s.Pools = listener.NewPools(&s.bus, log, "here", new(listener.Serials))
	return s
}

type lineWriter func(string)

func (w lineWriter) Write(p []byte) (int, error) {
	w(strings.NewReplacer("level=", "", "msg=", "", `"`, "", "\n", "").Replace(string(p)))
	return len(p), nil
}

// actor is a process of a pool.
type actor struct {
	*listener.Member
	stage *stage
	name  string
	deaf  bool
	voice *listener.Voice
	hung  int
}

// join adds a process to a pool that is up and ready.
func (s *stage) join(p *listener.Pool, name string) *actor {
	a := s.joinDown(p, name)
	a.up()
	a.say("READY\n")
	return a
}

func (s *stage) joinDown(p *listener.Pool, name string) *actor {
	a := &actor{stage: s, name: name}
	a.Member = p.Join(name, a, func() { a.hung++ })
	return a
}

func (a *actor) up() {
	a.Entered(process.Starting)
	a.voice = a.Voice()
	a.Entered(process.Running)
}

func (a *actor) say(text string) { _, _ = a.voice.Write([]byte(text)) }

func (a *actor) ok() { a.say("RESULT 2\nOKREADY\n") }

// Send writes down the serial numbers, type and data of an event.
func (a *actor) Send(text []byte) error {
	if a.deaf {
		return errors.New("broken pipe")
	}
	header, body, _ := strings.Cut(string(text), "\n")
	var server, pool, kind string
	var serial, poolSerial, length int
	if _, err := fmt.Sscanf(strings.ReplaceAll(header, ":", ": "), "ver: 3.0 server: %s serial: %d pool: %s poolserial: %d eventname: %s len: %d",
		&server, &serial, &pool, &poolSerial, &kind, &length); err != nil || length != len(body) {
		a.stage.t.Errorf("header %q of %q: %v", header, body, err)
	}
	_, data, _ := strings.Cut(body, "\n")
	a.stage.said = append(a.stage.said, fmt.Sprintf("-> %s: %d %d %s", a.name, serial, poolSerial, data))
	return nil
}

func (s *stage) publish(texts ...string) {
	for _, text := range texts {
		s.bus.Publish(event.Event{Type: event.RemoteCommunication, Kind: "t", Data: text})
	}
}

// want compares what was sent and logged since the last call.
func (s *stage) want(want ...string) {
	s.t.Helper()
	if d := cmp.Diff(want, s.said); d != "" {
		s.t.Errorf("(-want +got):\n%s", d)
	}
	s.said = nil
}

func remote(name string, size int) listener.Options {
	return listener.Options{Name: name, Types: []event.Type{event.RemoteCommunication}, Size: size}
}

func TestHeaderAndPayload(t *testing.T) {
	s := newStage(t, slog.LevelInfo)
	var got string
	p := s.Open(listener.Options{Name: "pool", Types: []event.Type{event.Any}, Size: 10})
	m := p.Join("a", sender(func(text string) { got += text }), nil)
	m.Entered(process.Starting)
	m.Entered(process.Running)
	_, _ = m.Voice().Write([]byte("READY\n"))
	s.bus.Publish(event.Event{Type: event.RemoteCommunication, Kind: "tüp", Data: "dätä\n"})
	if want := "ver:3.0 server:here serial:0 pool:pool poolserial:0 eventname:REMOTE_COMMUNICATION len:17\ntype:tüp\ndätä\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

type sender func(string)

func (f sender) Send(text []byte) error { f(string(text)); return nil }

func TestTheFirstThatIsReadyGetsTheOldest(t *testing.T) {
	s := newStage(t, slog.LevelDebug)
	p := s.Open(remote("p", 10))
	s.publish("a", "b", "c", "d")
	one := s.joinDown(p, "one")
	two := s.join(p, "two")
	s.want("DEBUG two: ACKNOWLEDGED -> READY", "-> two: 0 0 a", "DEBUG event 0 sent to listener two")
	one.up()
	one.say("REA")
	one.say("DY\n")
	s.want("DEBUG one: ACKNOWLEDGED -> READY", "-> one: 1 1 b", "DEBUG event 1 sent to listener one")
	two.say("RESULT 2\nOK")
	s.want("DEBUG two: event was processed", "DEBUG two: BUSY -> ACKNOWLEDGED")
	two.say("READY\n")
	s.want("DEBUG two: ACKNOWLEDGED -> READY", "-> two: 2 2 c", "DEBUG event 2 sent to listener two")
	two.ok()
	one.ok()
	two.ok()
	s.publish("e")
	s.said = s.said[len(s.said)-2:]
	s.want("-> one: 4 4 e", "DEBUG event 4 sent to listener one")
	if d := cmp.Diff([]listener.Stats{{Pool: "p", Busy: 1, Accepted: 5, Sent: 5, Done: 4}}, s.Stats()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestNothingIsSentBeforeTheProcessRunsNorAfterItIsToldToStop(t *testing.T) {
	s := newStage(t, slog.LevelInfo)
	a := s.joinDown(s.Open(remote("p", 10)), "a")
	s.publish("1", "2")
	a.Entered(process.Starting)
	a.voice = a.Voice()
	a.say("READY\n")
	s.want()
	a.Entered(process.Running)
	s.want("-> a: 0 0 1")
	a.Entered(process.Stopping)
	a.ok() // it may still answer
	a.Entered(process.Stopped)
	a.up()
	a.say("READY\n")
	s.want("-> a: 1 1 2")
}

func TestOverflowDropsTheOldest(t *testing.T) {
	s := newStage(t, slog.LevelInfo)
	p := s.Open(remote("p", 2))
	a := s.join(p, "a")
	s.publish("0", "1", "2", "3", "4", "5")
	a.ok()
	a.ok()
	s.want("-> a: 0 0 0", "ERROR pool p event buffer overflowed, discarding event 1", "ERROR pool p event buffer overflowed, discarding event 2",
		"ERROR pool p event buffer overflowed, discarding event 3", "-> a: 4 4 4", "-> a: 5 5 5")
	if got := p.Stats(); got.Dropped != 3 || got.Accepted != 6 || got.Sent != 3 {
		t.Errorf("got %+v", got)
	}
}

// TestManyLongEventsTakeNoMoreMemoryThanAFewDo has a large buffer_size.
func TestManyLongEventsTakeNoMoreMemoryThanAFewDo(t *testing.T) {
	s := newStage(t, slog.LevelError+1)
	p := s.Open(remote("p", 1_000_000))
	long := strings.Repeat("x", 1<<20)
	for range 100 {
		s.publish(long)
	}
	if got := p.Stats(); got.Waiting != 63 || got.Dropped != 37 {
		t.Errorf("got %+v", got)
	}
	s.publish(strings.Repeat("x", 100<<20), "short")
	if got := p.Stats(); got.Waiting != 1 || got.Dropped != 101 {
		t.Errorf("got %+v", got)
	}
}

// TestRejectedEventsComeAgainFirst has a buffer that is full, so that the next oldest is
// dropped, as with Supervisor 4.2.5.
func TestRejectedEventsComeAgainFirst(t *testing.T) {
	s := newStage(t, slog.LevelDebug)
	p := s.Open(remote("p", 2))
	other := s.Open(listener.Options{Name: "other", Types: []event.Type{event.Tick}, Size: 2})
	s.join(other, "o")
	a := s.join(p, "a")
	s.publish("0", "1", "2")
	s.said = nil
	a.say("RESULT 4\nFAIL")
	s.want("WARN a: event was rejected", "DEBUG a: BUSY -> ACKNOWLEDGED", "DEBUG rebuffering event 0 for pool p (buf size=2, max=2)",
		"ERROR pool p event buffer overflowed, discarding event 1")
	a.say("READY\n")
	a.ok()
	s.want("DEBUG a: ACKNOWLEDGED -> READY", "-> a: 0 0 0", "DEBUG event 0 sent to listener a", "DEBUG a: event was processed",
		"DEBUG a: BUSY -> ACKNOWLEDGED", "DEBUG a: ACKNOWLEDGED -> READY", "-> a: 2 2 2", "DEBUG event 2 sent to listener a")
	if d := cmp.Diff(listener.Stats{Pool: "other"}, other.Stats()); d != "" {
		t.Errorf("another pool (-want +got):\n%s", d)
	}
}

// TestAlwaysRejectedEventsAreSentEverMoreSeldom holds the pauses between attempts.
// A shutdown waits for Settled.
func TestAPoolSettlesWhenItsLastProcessTurnsOutToBeDeaf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, slog.LevelError)
		p := s.Open(remote("p", 10))
		defer p.Close()
		a := s.join(p, "a")
		s.publish("x")
		a.say("RESULT 4\nFAILREADY\n")
		a.deaf = true
		a.say("RESULT 4\nFAILREADY\n")
		settled := p.Settled()
		time.Sleep(time.Second)
		select {
		case <-settled:
		default:
			t.Error("it goes on waiting for a process that has closed its stdin")
		}
	})
}

func TestAlwaysRejectedEventsAreSentEverMoreSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, slog.LevelError)
		p := s.Open(remote("p", 10))
		begin, last := time.Now(), time.Now()
		var gaps []time.Duration
		var texts []string
		sent := make(chan struct{}, 1)
		m := p.Join("a", sender(func(text string) {
			gaps, last = append(gaps, time.Since(last)), time.Now()
			texts = append(texts, text)
			sent <- struct{}{}
		}), nil)
		m.Entered(process.Starting)
		m.Entered(process.Running)
		voice := m.Voice()
		_, _ = voice.Write([]byte("READY\n"))
		s.publish("x", "y")
		for time.Since(begin) < 5*time.Second {
			<-sent
			_, _ = voice.Write([]byte("RESULT 4\nFAILREADY\n"))
		}
		ms := time.Millisecond
		want := []time.Duration{0, 0, 10 * ms, 20 * ms, 40 * ms, 80 * ms, 160 * ms, 320 * ms, 640 * ms, 1000 * ms, 1000 * ms, 1000 * ms, 1000 * ms}
		if d := cmp.Diff(want, gaps); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		for _, text := range texts {
			if text != texts[0] {
				t.Errorf("got %q, want %q again", text, texts[0])
			}
		}
		p.Close()
	})
}

func TestWhatADeadProcessHadComesAgainFirst(t *testing.T) {
	for _, end := range []process.Phase{process.Exited, process.Stopped, process.Backoff, process.Fatal} {
		s := newStage(t, slog.LevelInfo)
		p := s.Open(remote("p", 10))
		a, b := s.join(p, "a"), s.join(p, "b")
		s.publish("0", "1", "2")
		heir := a.voice
		a.Entered(end)
		b.ok()
		s.want("-> a: 0 0 0", "-> b: 1 1 1", "-> b: 0 0 0")
		a.up()
		_, _ = heir.Write([]byte("READY\n")) // of the pipe, long after
		s.want()
		a.say("READY\n")
		s.want("-> a: 2 2 2")
	}
}

func TestABrokenProtocolEndsTheConversationUntilTheNextChild(t *testing.T) {
	s := newStage(t, slog.LevelDebug)
	p := s.Open(remote("p", 10))
	a, b := s.join(p, "a"), s.join(p, "b")
	s.publish("0", "1")
	s.said = nil
	a.say("blah\nREADY\n")
	s.want("WARN a: bad result line: 'blah'", "DEBUG a: BUSY -> UNKNOWN",
		"WARN a: has entered the UNKNOWN state and will no longer receive events, this usually indicates the process violated the eventlistener protocol",
		"DEBUG rebuffering event 0 for pool p (buf size=0, max=10)")
	a.say("READY\n")
	s.want()
	b.say("RESULT 2\nOKREADY\nextra")
	s.want("DEBUG b: event was processed", "DEBUG b: BUSY -> ACKNOWLEDGED", "DEBUG b: ACKNOWLEDGED -> READY", "DEBUG b: READY -> UNKNOWN",
		"WARN b: has entered the UNKNOWN state and will no longer receive events, this usually indicates the process violated the eventlistener protocol")
	a.Entered(process.Exited)
	a.up()
	a.say("READY\n")
	s.want("DEBUG a: ACKNOWLEDGED -> READY", "-> a: 0 0 0", "DEBUG event 0 sent to listener a")
}

func TestAProcessThatHasClosedItsStdinIsPassedOver(t *testing.T) {
	s := newStage(t, slog.LevelDebug)
	p := s.Open(remote("p", 10))
	a := s.join(p, "a")
	a.deaf, s.said = true, nil
	s.publish("0", "1")
	s.want("DEBUG epipe occurred while sending event 0 to listener a, listener state unchanged", "DEBUG rebuffering event 0 for pool p (buf size=0, max=10)")
	s.join(p, "b")
	s.want("DEBUG b: ACKNOWLEDGED -> READY", "-> b: 0 0 0", "DEBUG event 0 sent to listener b")
	a.Entered(process.Exited)
	a.deaf, s.said = false, nil
	a.up()
	a.say("READY\n")
	s.want("DEBUG a: ACKNOWLEDGED -> READY", "-> a: 1 1 1", "DEBUG event 1 sent to listener a")
}

func TestHungProcessesAreGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, slog.LevelInfo)
		o := remote("p", 10)
		o.Timeout = 5 * time.Second
		p := s.Open(o)
		a := s.join(p, "a")
		s.publish("0", "1")
		time.Sleep(4 * time.Second)
		a.ok()
		time.Sleep(4 * time.Second) // with the second
		synctest.Wait()
		if a.hung != 0 || a.Overdue() {
			t.Error("given up too soon")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if a.hung != 1 || !a.Overdue() {
			t.Error("not given up")
		}
		s.want("-> a: 0 0 0", "-> a: 1 1 1", "WARN a: no result for event 1 within 5 seconds (event_timeout)")
		a.Entered(process.Exited)
		a.up()
		a.say("READY\n")
		a.ok()
		time.Sleep(time.Hour)
		synctest.Wait()
		if a.hung != 1 || a.Overdue() {
			t.Error("given up again")
		}
		s.want("-> a: 1 1 1")
		if got := p.Stats(); got.Hung != 1 {
			t.Errorf("got %+v", got)
		}
	})
}

// TestSerials has an event that nobody wants, which has no number, and a pool that comes
// later and comes again.
func TestSerials(t *testing.T) {
	s := newStage(t, slog.LevelInfo)
	a := s.join(s.Open(listener.Options{Name: "p", Types: []event.Type{event.RemoteCommunication, event.ProcessGroupAdded}, Size: 10}), "a")
	s.publish("0")
	s.bus.Publish(event.Event{Type: event.Tick5})
	q := s.Open(remote("q", 10))
	b := s.join(q, "b")
	s.bus.Publish(event.Event{Type: event.ProcessGroupAdded, Group: "g"})
	s.publish("2")
	a.ok()
	a.ok()
	s.said = nil
	b.ok()
	s.publish("3")
	q.Close()
	s.publish("4")
	s.join(s.Open(remote("q", 10)), "b")
	a.ok()
	a.ok()
	s.said = nil
	s.publish("5")
	s.want("-> b: 5 0 5")
	a.ok()
	s.want("-> a: 5 5 5")
}

// TestNoEndlessTalk has listeners whose stderr makes events.
func TestNoEndlessTalk(t *testing.T) {
	s := newStage(t, slog.LevelInfo)
	o := listener.Options{Name: "talks", Types: []event.Type{event.Any}, Size: 10, Talks: true}
	talks := s.Open(o)
	o.Name, o.Talks = "quiet", false
	quiet := s.Open(o)
	for _, group := range []string{"talks", "quiet", "web"} {
		s.bus.Publish(event.OfOutput(time.Now(), event.ProcessLogStderr, group, "x", 1, []byte("data")))
		s.bus.Publish(event.OfOutput(time.Now(), event.ProcessCommunicationStderr, group, "x", 1, []byte("data")))
	}
	s.bus.Publish(event.Event{Type: event.ProcessGroupAdded, Group: "talks"})
	if got := [2]int{talks.Stats().Waiting, quiet.Stats().Waiting}; got != [2]int{3, 7} {
		t.Errorf("got %v", got)
	}
}

func BenchmarkDeliver(b *testing.B) {
	var events bus.Bus
	pools := listener.NewPools(&events, slog.New(slog.DiscardHandler), "here", new(listener.Serials))
	p := pools.Open(remote("p", 10))
	m := p.Join("a", sender(func(string) {}), nil)
	m.Entered(process.Starting)
	m.Entered(process.Running)
	v := m.Voice()
	_, _ = v.Write([]byte("READY\n"))
	e := event.OfOutput(time.Now(), event.ProcessCommunicationStdout, "g", "p", 1, make([]byte, 100))
	e.Type = event.RemoteCommunication
	answer := []byte("RESULT 2\nOKREADY\n")
	b.ReportAllocs()
	for b.Loop() {
		events.Publish(e)
		_, _ = v.Write(answer)
	}
}
