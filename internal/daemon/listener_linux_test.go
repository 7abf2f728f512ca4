package daemon_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
)

// heard returns how often the processes of a pool have accepted each of n numbers.
func (s *site) heard(pool string, n int) []int {
	s.t.Helper()
	files, err := filepath.Glob(s.path(pool + "_*.got"))
	if err != nil {
		s.t.Fatal(err)
	}
	times := make([]int, n)
	for _, file := range files {
		for line := range strings.Lines(readFile(s.t, file)) {
			i, err := strconv.Atoi(strings.TrimSuffix(line, "\n"))
			if err != nil || i >= n {
				s.t.Fatalf("%s has %q", file, line)
			}
			times[i]++
		}
	}
	return times
}

// heardLines returns how many lines the processes of a pool have written.
func (s *site) heardLines(pool string) (n int) {
	s.t.Helper()
	files, err := filepath.Glob(s.path(pool + "_*.got"))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			n += int(info.Size()) / numberSize
		}
	}
	return n
}

func TestAPoolGetsEveryEventOnce(t *testing.T) {
	t.Parallel()
	n := 100_000
	if testing.Short() {
		n = 20_000
	}
	s := newSite(t, listenerSection("pool", "ok", "PROCESS_COMMUNICATION", "numprocs=4", fmt.Sprintf("buffer_size=%d", n)), talker("talker", n))
	d := s.start()
	s.until("all is heard", func() bool { return s.heardLines("pool") >= n })
	if _, err := s.api.Stop(t.Context(), client.ParseSelector("pool:*"), client.WaitDone); err != nil {
		t.Fatal(err)
	}
	for i, times := range s.heard("pool", n) {
		if times != 1 {
			t.Fatalf("event %d came %d times", i, times)
		}
	}
	for i := range 4 {
		if info, err := os.Stat(s.path(fmt.Sprintf("pool_%d.got", i))); err != nil || info.Size() == 0 {
			t.Errorf("process %d of the pool has had nothing to do: %v", i, err)
		}
	}
	if got := d.count("overflowed"); got != 0 {
		t.Errorf("%d events were dropped", got)
	}
}

// TestNoEventIsLostToListenersThatFail has listeners that reject, end and hang now and
// then.
func TestNoEventIsLostToListenersThatFail(t *testing.T) {
	t.Parallel()
	const n = 2000
	s := newSite(t, listenerSection("pool", "chaos", "PROCESS_COMMUNICATION", "numprocs=4", fmt.Sprintf("buffer_size=%d", n+4), "event_timeout=500ms", "autorestart=true"),
		talker("talker", n))
	d := s.start()
	s.until("each is heard", func() bool {
		if s.heardLines("pool") < n {
			return false
		}
		return !slices.Contains(s.heard("pool", n), 0)
	})
	for _, must := range []string{`event was rejected`, `exited: pool_\d \(exit status \d; not expected\)`} {
		if d.count(must) == 0 {
			t.Errorf("not in the log: %s", must)
		}
	}
	if hung, killed := d.count("no result for event"), d.count(`killing 'pool_\d' \(\d+\) with SIGKILL`); hung != killed {
		t.Errorf("%d listeners hung, %d were killed", hung, killed)
	}
	if got := d.count("overflowed"); got != 0 {
		t.Errorf("%d events were dropped", got)
	}
}

// TestAHungListenerIsKilledAndItsEventComesAgain has one process.
func TestAHungListenerIsKilledAndItsEventComesAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t, listenerSection("l", "deaf", "REMOTE_COMMUNICATION", "event_timeout=200ms"))
	d := s.start()
	before := d.await("l:l_0", client.Running).PID
	s.publish("x")
	d.awaitLog(`WARN l_0: no result for event 0 within 0.2 seconds \(event_timeout\)\n.*WARN killing 'l_0' \(` + strconv.Itoa(before) + `\) with SIGKILL\n` +
		`.*WARN exited: l_0 \(terminated by SIGKILL; not expected\)\n`)
	d.awaitOther("l:l_0", before)
	d.awaitLog(`(?s)no result for event 0.*no result for event 0`)
}

func (s *site) publish(data string) {
	s.t.Helper()
	if err := s.api.Publish(s.t.Context(), "test", data); err != nil {
		s.t.Fatal(err)
	}
}

// TestAListenerThatNeverReadsHoldsUpNobody floods it with events of up to 64 KiB.
func TestAListenerThatNeverReadsHoldsUpNobody(t *testing.T) {
	t.Parallel()
	flood := 200 << 20 / lineSize
	if testing.Short() {
		flood /= 4
	}
	s := newSite(t)
	s.main = append(s.main, "loglevel=critical") // not a line for each of the events that are dropped
	s.configure(
		listenerSection("deaf", "deaf", "EVENT", "numprocs=4"),
		listenerSection("ok", "ok", "REMOTE_COMMUNICATION"),
		counter("flood", flood, "stdout_events_enabled=true", "autostart=false", "stdout_logfile_maxbytes=1MB"))
	d := s.start()
	before := numberOf(t, d.pid(), "VmRSS")
	if _, err := s.api.Start(t.Context(), client.ParseSelector("flood"), client.WaitDone); err != nil {
		t.Fatal(err)
	}
	d.await("flood", client.Exited)
	s.publish(fmt.Sprintf("%0*d", numberSize-1, 0))
	s.until("the other listener goes on", func() bool { return s.heardLines("ok") == 1 })
	// A queue of 10 events, and 4 on their way, of 64 KiB; the garbage of as many again.
	if grown := numberOf(t, d.pid(), "VmRSS") - before; grown > 24<<10 {
		t.Errorf("the daemon grew by %d KiB", grown)
	}
	if got := numberOf(t, d.pid(), "Threads"); got > 40 {
		t.Errorf("%d threads", got)
	}
	d.send(syscall.SIGTERM)
	if code := d.awaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestListenersHearTheEndOfOthers has a shutdown: listeners stop last, after they have
// heard how the programs did.
func TestListenersHearTheEndOfOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t,
		lines("[eventlistener:l]", "command=/usr/bin/python3 "+testdata(t, "listeners/record.py")+" DIR/got", "events=PROCESS_STATE,SUPERVISOR_STATE_CHANGE", "buffer_size=100"),
		program("web", "/bin/sleep 1000", "startsecs=0"),
		program("slow", `/bin/sh -c 'trap "sleep 0.3; exit 0" TERM; touch DIR/up; while :; do sleep 0.05; done'`, "startsecs=0"))
	d := s.start()
	s.until("the program traps", func() bool { return exists(s.path("up")) })
	d.await("l", client.Running)
	d.send(syscall.SIGTERM)
	d.awaitExit()
	var got []string
	for line := range strings.Lines(readFile(t, s.path("got"))) {
		got = append(got, strings.TrimSpace(line))
	}
	end := 0
	for i, line := range got {
		if line == "SUPERVISOR_STATE_CHANGE_STOPPING" {
			end = i
		}
	}
	want := []string{
		"SUPERVISOR_STATE_CHANGE_STOPPING", "PROCESS_STATE_STOPPING web", "PROCESS_STATE_STOPPING slow",
		"PROCESS_STATE_STOPPED web", "PROCESS_STATE_STOPPED slow",
	}
	if d := cmp.Diff(want, got[end:]); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestSerialsGoOnAfterARestart holds what Supervisor 4.2.5 does: the numbers of a pool
// begin anew, the others do not.
func TestSerialsGoOnAfterARestart(t *testing.T) {
	t.Parallel()
	s := newSite(t, lines("[eventlistener:l]", "command=/bin/sh -c 'echo READY; exec cat >>DIR/got'", "events=SUPERVISOR_STATE_CHANGE_RUNNING", "startsecs=0"))
	d := s.start()
	serials := func() []byte { got, _ := os.ReadFile(s.path("got")); return got } // not there yet
	s.until("the first", func() bool { return bytes.Contains(serials(), []byte(" serial:0 pool:l poolserial:0 ")) })
	before := d.info("l").PID
	d.send(syscall.SIGHUP)
	d.awaitOther("l", before)
	s.until("the second", func() bool { return bytes.Contains(serials(), []byte(" serial:1 pool:l poolserial:0 ")) })
}

// testdata returns the absolute path of a file in testdata.
func testdata(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestLargeEventsReachSlowListeners has an event that is much longer than a pipe.
func TestLargeEventsReachSlowListeners(t *testing.T) {
	t.Parallel()
	s := newSite(t, lines("[eventlistener:l]", "command=/usr/bin/python3 "+testdata(t, "listeners/slow.py")+" DIR/got", "events=REMOTE_COMMUNICATION", "startsecs=0"))
	s.start()
	s.publish(strings.Repeat("x", 500_000))
	s.publish("short")
	s.until("both are heard", func() bool {
		got, _ := os.ReadFile(s.path("got"))
		return string(got) == "500000\n5\n"
	})
}
