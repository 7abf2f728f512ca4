package supervise_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/child"
	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/listener"
	"supervisord/internal/process"
)

// hearingRunner runs an event listener, which is ready at once.
type hearingRunner struct {
	*fakeRunner
	member *listener.Member

	mu    sync.Mutex
	voice *listener.Voice
}

func (r *hearingRunner) Listen(m *listener.Member) { r.member = m }

func (r *hearingRunner) Start(rank child.Rank, post func(process.Input)) {
	if r.member != nil { // in a group of listeners
		voice := r.member.Voice()
		r.mu.Lock()
		r.voice = voice
		r.mu.Unlock()
		go func() { _, _ = voice.Write([]byte("READY\n")) }()
	}
	r.fakeRunner.Start(rank, post)
}

func (r *hearingRunner) Send(text []byte) error {
	r.mu.Lock()
	voice := r.voice
	r.mu.Unlock()
	said := string(text)
	go func() { _, _ = voice.Write([]byte(r.os.hears(said))) }()
	return nil
}

// listenerGroup is an [eventlistener:x] with Python's defaults.
func listenerGroup(name string, events ...string) config.Group {
	g := program(name)
	g.Kind, g.Priority = config.ListenerGroup, -1
	g.Listener = &config.Listener{Events: events, BufferSize: 10}
	return g
}

// types returns a function that answers OK after some time and writes down the types of
// the events.
func types(after time.Duration) (hears func(string) string, seen func() []string) {
	var mu sync.Mutex
	var got []string
	hears = func(text string) string {
		_, kind, _ := strings.Cut(text, "eventname:")
		kind, _, _ = strings.Cut(kind, " ")
		mu.Lock()
		got = append(got, kind)
		mu.Unlock()
		time.Sleep(after)
		return "RESULT 2\nOKREADY\n"
	}
	return hears, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), got...)
	}
}

func TestListenersComeAndGoWithTheirGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hears, seen := types(0)
		l := run(t, &fakeOS{hears: hears}, listenerGroup("l", "PROCESS_GROUP", "REMOTE_COMMUNICATION"))
		publish := func() {
			if err := l.Publish(t.Context(), "kind", "data"); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		}
		time.Sleep(2 * time.Second)
		publish()
		sel := control.ParseSelector("l")
		if _, err := l.Stop(t.Context(), sel, control.WaitDone); err != nil {
			t.Error(err)
		}
		publish() // waits for the next run
		if err := l.RemoveGroup(t.Context(), "l"); err != nil {
			t.Error(err)
		}
		publish()
		if got := l.ListenerStats(); len(got) != 0 {
			t.Errorf("a pool is left: %+v", got)
		}
		if err := l.AddGroup(t.Context(), "l"); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Second)
		publish()
		want := []string{"PROCESS_GROUP_ADDED", "REMOTE_COMMUNICATION", "PROCESS_GROUP_ADDED", "REMOTE_COMMUNICATION"}
		if d := cmp.Diff(want, seen()); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if d := cmp.Diff([]listener.Stats{{Pool: "l", Accepted: 2, Sent: 2, Done: 2}}, l.ListenerStats()); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

// shutdownTakes returns how long a shutdown takes with a listener.
func shutdownTakes(t *testing.T, hears func(string) string) time.Duration {
	t.Helper()
	l := run(t, &fakeOS{hears: hears}, listenerGroup("l", "PROCESS_STATE_STOPPED", "SUPERVISOR_STATE_CHANGE_STOPPING"), program("web"))
	time.Sleep(time.Minute)
	begin := time.Now()
	if err := l.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	l.over <- <-l.over
	return time.Since(begin)
}

func TestAShutdownLetsListenersHearAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hears, seen := types(700 * time.Millisecond)
		if got := shutdownTakes(t, hears); got != 1400*time.Millisecond {
			t.Errorf("it took %v", got)
		}
		if d := cmp.Diff([]string{"SUPERVISOR_STATE_CHANGE_STOPPING", "PROCESS_STATE_STOPPED"}, seen()); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

func TestAShutdownDoesNotWaitForListenersForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if got := shutdownTakes(t, func(string) string { return "" }); got != 2*time.Second {
			t.Errorf("it took %v", got)
		}
		if got := shutdownTakes(t, func(string) string { return "nonsense\n" }); got != 0 {
			t.Errorf("it took %v with a listener that breaks the protocol", got)
		}
	})
}
