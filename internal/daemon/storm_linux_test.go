package daemon_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"supervisord/client"
)

// stormTime is how long the crash loops go on.
const stormTime = 10 * time.Second

func TestCrashLoopsNeitherSlowTheDaemonNorMakeItGrow(t *testing.T) {
	t.Parallel()
	const n = 200
	s := newSite(t,
		program("crash", `/bin/sh -c 'echo crash; exit 1'`, "startsecs=0", "autorestart=true", fmt.Sprintf("numprocs=%d", n), "process_name=%(program_name)s_%(process_num)03d",
			"stdout_logfile=DIR/crash.log", "redirect_stderr=true"))
	d := s.start()
	spawned := func() int { return s.count(`spawned: 'crash_`) }
	s.until("each has been started twice", func() bool { return spawned() >= 2*n })
	threads, fds := numberOf(t, d.pid(), "Threads"), total(descriptorsOf(t, d.pid()))
	begun, before := time.Now(), spawned()
	var slowest time.Duration
	for time.Since(begun) < stormTime {
		asked := time.Now()
		infos, err := s.api.Status(t.Context(), client.All())
		if err != nil || len(infos) != n {
			t.Fatalf("status: %d, %v", len(infos), err)
		}
		slowest = max(slowest, time.Since(asked))
	}
	took := time.Since(begun)
	// The machine is shared with other tests: these bounds tell a daemon that blocks or
	// grows from one that is busy.
	if slowest > 3*time.Second {
		t.Errorf("an answer took %v", slowest)
	}
	if got := numberOf(t, d.pid(), "Threads"); got > threads+20 {
		t.Errorf("threads grew from %d to %d", threads, got)
	}
	if got := total(descriptorsOf(t, d.pid())); got > fds+3*n { // those of children that are being started
		t.Errorf("descriptors grew from %d to %d", fds, got)
	}
	restarts, most := spawned()-before, int(took/time.Second+2)*n
	if restarts > most {
		t.Errorf("%d restarts of %d programs in %v", restarts, n, took)
	}
	if restarts < n {
		t.Errorf("only %d restarts of %d programs in %v", restarts, n, took)
	}
	for _, each := range s.spawnTimes(`spawned: 'crash_000'`) {
		if each < 900*time.Millisecond { // a second between two, less the roundness of the log
			t.Errorf("crash_000 was started again after %v", each)
		}
	}
	if _, err := s.api.Stop(t.Context(), client.All(), client.WaitDone); err != nil {
		t.Fatal(err)
	}
	if left := children(d.pid()); len(left) > 0 {
		t.Errorf("zombies: %v", left)
	}
}

// spawnTimes returns the times between the lines of the daemon's log that contain text.
func (s *site) spawnTimes(text string) []time.Duration {
	s.t.Helper()
	var last time.Time
	var all []time.Duration
	for line := range strings.Lines(readFile(s.t, s.path("s.log"))) {
		if !strings.Contains(line, text) {
			continue
		}
		at, err := time.Parse("2006-01-02 15:04:05,000", line[:23])
		if err != nil {
			s.t.Fatal(err)
		}
		if !last.IsZero() {
			all = append(all, at.Sub(last))
		}
		last = at
	}
	return all
}

// numberOf returns a number in /proc/<pid>/status.
func numberOf(t *testing.T, pid int, name string) int {
	t.Helper()
	for line := range strings.Lines(readFile(t, fmt.Sprintf("/proc/%d/status", pid))) {
		if value, found := strings.CutPrefix(line, name+":"); found {
			n, err := strconv.Atoi(strings.Fields(value)[0])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("no %s of %d", name, pid)
	return 0
}

func total(kinds map[string]int) int {
	n := 0
	for _, count := range kinds {
		n += count
	}
	return n
}

// asInit makes the daemon PID 1 of a namespace of its own.
func (s *site) asInit() {
	s.t.Helper()
	needRoot(s.t)
	unshare := needProgram(s.t, "unshare")
	s.wrap = []string{unshare, "--pid", "--fork", "--kill-child", "--mount-proc"}
	if err := s.command("version").Run(); err != nil {
		missing(s.t, "needs a PID namespace: "+err.Error())
	}
}

func TestInitReapsOrphansAndReportsEveryExitStatus(t *testing.T) {
	t.Parallel()
	const n = 60
	var programs []string
	want := map[string]int{}
	for i := range n {
		// Each leaves a grandchild that ends with another code, before or after it.
		name := fmt.Sprintf("once_%02d", i)
		script := fmt.Sprintf(`/bin/sh -c '(/bin/sh -c "/bin/sleep 0.0%d; exit %d" &); exit %d'`, i%5, 200-i, i+1)
		programs = append(programs, program(name, script, "startsecs=0", "autorestart=false", "stdout_logfile=NONE", "stderr_logfile=NONE"))
		want[name] = i + 1
	}
	programs = append(programs, program("crash", `/bin/sh -c '(/bin/sleep 0.1 &); exit 1'`, "startsecs=0", "autorestart=true",
		"numprocs=20", "process_name=%(program_name)s_%(process_num)02d", "stdout_logfile=NONE", "stderr_logfile=NONE"))
	s := newSite(t)
	s.asInit()
	s.configure(programs...)
	d := s.start()
	if info, err := s.api.Supervisor(t.Context()); err != nil || info.PID != 1 {
		t.Fatalf("%+v %v", info, err)
	}
	got := map[string]int{}
	s.until("every program has ended", func() bool {
		infos, err := s.api.Status(t.Context(), client.All())
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range infos {
			if strings.HasPrefix(i.Name, "once") && i.Phase == client.Exited {
				got[i.Name] = i.ExitStatus
			}
		}
		return len(got) == n
	})
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	s.until("the loops have gone round", func() bool { return s.count(`spawned: 'crash_00'`) >= 3 })
	if _, err := s.api.Stop(t.Context(), client.OfGroup("crash"), client.WaitDone); err != nil {
		t.Fatal(err)
	}
	init := children(d.pid())
	if len(init) != 1 {
		t.Fatalf("children of unshare: %v", init)
	}
	s.until("nobody is left, not even as a zombie", func() bool { return len(children(init[0])) == 0 })
	for i := range n {
		if s.count(fmt.Sprintf(`reaped unknown pid \d+ \(exit status %d\)`, 200-i)) != 1 {
			t.Errorf("the orphan of once_%02d is not reported", i)
		}
	}
	kill(t, init[0], unix.SIGTERM)
	if code := d.awaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestThousandProgramsStartAreListedAndStop(t *testing.T) {
	t.Parallel()
	const n = 1000
	s := newSite(t)
	s.main = []string{"minfds=5000"}
	s.configure(program("many", "/bin/sleep 1000", "startsecs=0", fmt.Sprintf("numprocs=%d", n), "process_name=%(program_name)s_%(process_num)04d",
		"stdout_logfile=DIR/many.log", "redirect_stderr=true"))
	d := s.start()
	running := func() map[int]string {
		infos, err := s.api.Status(t.Context(), client.All())
		if err != nil || len(infos) != n {
			t.Fatalf("status: %d, %v", len(infos), err)
		}
		pids := map[int]string{}
		for _, i := range infos {
			if i.Phase == client.Running {
				pids[i.PID] = i.Name
			}
		}
		return pids
	}
	var pids map[int]string
	s.until("all run", func() bool { pids = running(); return len(pids) == n })
	kids := children(d.pid())
	slices.Sort(kids)
	if d := cmp.Diff(slices.Sorted(maps.Keys(pids)), kids); d != "" {
		t.Errorf("status against children (-status +children)\n%s", d)
	}
	results, err := s.api.Stop(t.Context(), client.All(), client.WaitDone)
	if err != nil || len(results) != n {
		t.Errorf("stopped %d, %v", len(results), err)
	}
	for _, r := range results {
		if r.Fault != nil {
			t.Errorf("%s: %v", r.Name, r.Fault)
		}
	}
	if left := children(d.pid()); len(left) > 0 || len(running()) > 0 {
		t.Errorf("left: %v", left)
	}
	if _, err := s.api.Start(t.Context(), client.All(), client.WaitDone); err != nil {
		t.Fatal(err)
	}
	d.send(unix.SIGTERM)
	if code, left := d.awaitExit(), s.descendants(); code != 0 || len(left) > 0 {
		t.Errorf("exit code %d, left running %v", code, left)
	}
}
