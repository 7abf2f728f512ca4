package daemon_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
	"supervisord/internal/control"
	"supervisord/internal/event"
)

// events runs `supervisord ctl events`, which is interrupted at the end of the test, and
// returns what it prints.
func (s *site) events(args ...string) *bufio.Scanner {
	s.t.Helper()
	cmd := s.command(append([]string{"ctl", "-s", "unix://" + s.path("s.sock"), "events"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // it may have ended
		if err := cmd.Wait(); err != nil {
			s.t.Errorf("ctl events: %v", err)
		}
	})
	return bufio.NewScanner(out)
}

// withoutTime returns the next line of events behind its two words of time, with 0 as pid.
func withoutTime(t *testing.T, lines *bufio.Scanner) string {
	t.Helper()
	if !lines.Scan() {
		t.Fatalf("no more events: %v", lines.Err())
	}
	words := strings.Split(lines.Text(), " ")
	for i, w := range words {
		if strings.HasPrefix(w, "pid:") {
			words[i] = "pid:0"
		}
	}
	return strings.Join(words[min(2, len(words)):], " ")
}

func TestEventsAreSeenAsTheyHappen(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("web", "/bin/sleep 1000", "startsecs=0"))
	d := s.start()
	s.await("web", client.Running)
	states, remote := s.events("-f", "--filter", "process_state"), s.events("-f", "--json", "--filter=REMOTE_COMMUNICATION")
	want := []string{
		"2 PROCESS_STATE_STARTING processname:web groupname:web from_state:STOPPED tries:0",
		"3 PROCESS_STATE_RUNNING processname:web groupname:web from_state:STARTING pid:0",
	}
	var got []string
	for range want {
		got = append(got, withoutTime(t, states))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the past (-want +got):\n%s", d)
	}
	if err := s.api.Publish(t.Context(), "deploy now", "line\n"); err != nil {
		t.Fatal(err)
	}
	var e control.Event
	if !remote.Scan() {
		t.Fatal("no JSON")
	}
	if err := json.Unmarshal(remote.Bytes(), &e); err != nil {
		t.Fatal(err)
	}
	if e.Type != "REMOTE_COMMUNICATION" || e.Payload[0].Value != "deploy now" || e.Data != "line\n" || e.Time.IsZero() {
		t.Errorf("%+v", e)
	}
	d.send(syscall.SIGTERM)
	want = []string{
		"6 PROCESS_STATE_STOPPING processname:web groupname:web from_state:RUNNING pid:0",
		"7 PROCESS_STATE_STOPPED processname:web groupname:web from_state:STOPPING pid:0",
	}
	got = nil
	for states.Scan() {
		got = append(got, strings.Join(strings.Fields(states.Text())[2:], " "))
	}
	for i, line := range got {
		head, _, _ := strings.Cut(line, "pid:")
		got[i] = head + "pid:0"
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("until the end (-want +got):\n%s", d)
	}
	if code := d.awaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// A client that never reads loses events; nobody else does, and nobody waits for it.
func TestClientThatNeverReadsEventsHoldsUpNobody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.start()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	lazy, err := s.api.Events(ctx, client.EventQuery{Types: []event.Type{event.RemoteCommunication}, Follow: true})
	if err != nil {
		t.Fatal(err)
	}
	const events, size = 20, 1_000_000 // few, since the server waits 30 s for a reader
	data := strings.Repeat("x", size)
	for i := range events {
		if err := s.api.Publish(t.Context(), strconv.Itoa(i), data); err != nil {
			t.Fatal(err)
		}
	}
	var read, lost uint64
	for e, err := range lazy {
		if err != nil {
			t.Fatal(err)
		}
		lost += e.Lost
		if e.Lost == 0 {
			if read++; e.Payload[0].Value == strconv.Itoa(events-1) {
				break
			}
		}
	}
	if read+lost != events || lost == 0 {
		t.Errorf("%d were read, %d lost", read, lost)
	}
}
