package daemon_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"supervisord/client"
	"supervisord/internal/config"
	"supervisord/internal/testenv"
)

// updatedOptions are options of every class with values that a real program can have; the
// first is that of a program that is new.
var updatedOptions = map[string][]string{
	"command":                 {"/bin/sleep 1000", "/bin/sleep 2000"},
	"environment":             {"", `A="1"`, `A="2"`},
	"directory":               {"", "/", "/tmp"},
	"stdout_logfile":          {"NONE", "/dev/null", "AUTO"},
	"log_format":              {"", "json"},
	"stdout_logfile_maxbytes": {"", "1MB"},
	"startretries":            {"", "7"},
	"stopsignal":              {"", "INT"},
	"priority":                {"", "1", "2000"},
}

// restarts returns those options a change of which takes a restart, as the option table
// has it.
func restarts(t *testing.T, options map[string][]string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for name, values := range options {
		var groups [2][]config.Group
		for i := range groups {
			file := filepath.Join(t.TempDir(), "f.conf")
			text := "[program:x]\n" + name + "=" + values[i] + "\n"
			if name != "command" {
				text += "command=x\n"
			}
			if values[i] == "" {
				text = "[program:x]\ncommand=x\n"
			}
			writeFile(t, file, text)
			c, problems := config.Load(config.Options{File: file, Environ: []string{}, Hostname: "h"})
			if err := problems.Err(); err != nil {
				t.Fatal(err)
			}
			groups[i] = c.Groups
		}
		for _, d := range config.Diff(groups[0], groups[1]) {
			names[name] = config.Takes(d.Processes[0].Changes) == config.Restart
		}
	}
	return names
}

// writeEdits writes what the edits have come to.
func (s *site) writeEdits(e *testenv.Edits) {
	s.t.Helper()
	main, more := e.Files()
	writeFile(s.t, s.path("s.conf"), main)
	writeFile(s.t, s.path("more.conf"), more)
}

// pids returns the pid of every process by group:name.
func (s *site) pids() map[string]int {
	s.t.Helper()
	infos, err := s.api.Status(s.t.Context(), client.All())
	if err != nil {
		s.t.Fatalf("status: %v\n%s", err, s.log())
	}
	pids := map[string]int{}
	for _, i := range infos {
		pids[i.Group+":"+i.Name] = i.PID
	}
	return pids
}

// allRun waits until every process has a child, and returns their pids.
func (s *site) allRun() map[string]int {
	s.t.Helper()
	var pids map[string]int
	s.until("all run", func() bool {
		pids = s.pids()
		for _, pid := range pids {
			if pid == 0 {
				return false
			}
		}
		return true
	})
	return pids
}

func TestRandomEditsTouchNoOtherProcess(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	base := strings.ReplaceAll(lines("[unix_http_server]", "file=DIR/s.sock",
		"[supervisord]", "logfile=DIR/s.log", "pidfile=DIR/s.pid", "childlogdir=DIR"), "DIR", s.dir)
	edits := testenv.NewEdits(1, 200, updatedOptions, base)
	takesRestart := restarts(t, updatedOptions)
	s.writeEdits(edits)
	s.start()
	known, before := edits.Processes(), s.allRun()
	for round := range 60 {
		done := []string{edits.Edit(), edits.Edit()}
		s.writeEdits(edits)
		if _, err := s.api.Update(t.Context(), nil); err != nil {
			t.Fatalf("round %d, %q: %v", round, done, err)
		}
		wanted, after := edits.Processes(), s.allRun()
		if len(after) != len(wanted) {
			t.Errorf("there are %d processes, want %d", len(after), len(wanted))
		}
		for name, id := range wanted {
			was, ran := known[name]
			changed := !ran
			for option, takes := range takesRestart {
				changed = changed || takes && was.Options[option] != id.Options[option]
			}
			if same := after[name] == before[name]; same == changed || after[name] == 0 {
				t.Errorf("%s had pid %d and has %d", name, before[name], after[name])
			}
		}
		if t.Failed() {
			t.Fatalf("round %d: %q", round, done)
		}
		known, before = wanted, after
	}
}

// A file that is good and a file that is broken, again and again: nothing grows, and the
// broken one touches nothing.
func TestManyUpdatesLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	const updates, early = 201, 48 // both with the same file, a good one
	stays := program("stays", "/bin/sleep 1000")
	odd := stays + program("changes", "/bin/sleep 1000", "startretries=1", "stdout_logfile=DIR/a.log") + program("comes", "/bin/sleep 1000", "startsecs=0")
	even := stays + program("changes", "/bin/sleep 1000", "startretries=2", "stdout_logfile=DIR/b.log") +
		lines("[eventlistener:l]", "command=/bin/sleep 1000", "events=TICK_3600", "startsecs=0", "depends_on=says, asks:started") +
		program("says", "/bin/sh -c 'echo >&3; exec sleep 1000'", "readiness=fd:3", "watchdog_secs=1000") +
		program("asks", "/bin/sleep 1000", "readiness=exec:test -e DIR/never")
	s := newSite(t, odd)
	s.env = []string{"GOTRACEBACK=all"}
	d := s.start()
	pid := s.await("stays", client.Running).PID
	var threads, descriptors, memory int
	for i := range updates {
		switch i % 4 {
		case 0:
			s.configure(even)
		case 2:
			s.configure(odd)
		default: // broken
			s.configure(even, "[program:broken]", "startsecs=x", "[group:g]", "programs=nobody")
			before := s.pids()
			if _, err := s.api.Update(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "startsecs") || !strings.Contains(err.Error(), "nobody") {
				t.Fatalf("a broken file: %v", err)
			}
			if after := s.pids(); fmt.Sprint(after) != fmt.Sprint(before) {
				t.Fatalf("a broken file changes %v to %v", before, after)
			}
			continue
		}
		if _, err := s.api.Update(t.Context(), nil); err != nil {
			t.Fatalf("update %d: %v", i, err)
		}
		s.allRun()
		if i == early {
			threads, descriptors, memory = numberOf(t, d.pid(), "Threads"), total(descriptorsOf(t, d.pid())), numberOf(t, d.pid(), "VmRSS")
		}
	}
	if got := s.info("stays").PID; got != pid {
		t.Errorf("stays had pid %d and has %d", pid, got)
	}
	// One update more or less: a listener has another number of pipes.
	if got := total(descriptorsOf(t, d.pid())); got > descriptors+8 {
		t.Errorf("descriptors grew from %d to %d", descriptors, got)
	}
	if got := numberOf(t, d.pid(), "Threads"); got > threads+runtime.NumCPU()+8 {
		t.Errorf("threads grew from %d to %d", threads, got)
	}
	if got := numberOf(t, d.pid(), "VmRSS"); got > memory+(8<<10) {
		t.Errorf("memory grew from %d KiB to %d", memory, got)
	}
	grown := d.goroutines()
	fresh := s.start()
	s.allRun()
	// Connections of this test may be about to close.
	if want := fresh.goroutines(); grown > want+4 {
		t.Errorf("%d goroutines, and %d in a daemon that has just started with the same file", grown, want)
	}
}

// goroutines aborts the daemon, and returns how many goroutines it had.
func (d *daemon) goroutines() int {
	d.t.Helper()
	d.send(syscall.SIGABRT)
	d.awaitExit()
	n := len(regexp.MustCompile(`(?m)^goroutine \d+ `).FindAllString(readFile(d.t, d.stderr), -1))
	if n == 0 {
		d.t.Fatalf("%v, and no goroutine in\n%s", d.cmd.ProcessState, readFile(d.t, d.stderr))
	}
	return n
}

// Limits of an open log change without a restart, another log waits for the next start,
// and until then everybody is told of the one that is written.
func TestOptionsOfAnOpenLog(t *testing.T) {
	t.Parallel()
	section := func(options ...string) string {
		return program("web", `/bin/sh -c 'while read line; do echo "$line"; done'`, append([]string{"startsecs=0"}, options...)...)
	}
	say := func(s *site, text string) {
		if err := s.api.WriteStdin(t.Context(), client.ParseSelector("web"), text+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	s := newSite(t, section("stdout_logfile=DIR/a.log"))
	s.start()
	pid := s.await("web", client.Running).PID
	s.configure(section("stdout_logfile=DIR/b.log", "stdout_logfile_maxbytes=10", "stdout_logfile_backups=1"))
	if _, err := s.api.Update(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	info := s.info("web")
	if info.PID != pid || info.StdoutLog != s.path("a.log") || fmt.Sprint(info.Pending) != "[stdout_logfile]" {
		t.Errorf("after the update: pid %d (before %d), log %s, pending %v", info.PID, pid, info.StdoutLog, info.Pending)
	}
	s.until("the log is rotated", func() bool {
		say(s, "0123456789")
		_, err := os.Stat(s.path("a.log.1"))
		return err == nil
	})
	if _, err := s.api.Stop(t.Context(), client.ParseSelector("web"), client.WaitDone); err != nil {
		t.Fatal(err)
	}
	if _, err := s.api.Start(t.Context(), client.ParseSelector("web"), client.WaitDone); err != nil {
		t.Fatal(err)
	}
	if info := s.info("web"); info.StdoutLog != s.path("b.log") || info.Pending != nil {
		t.Errorf("after the next start: log %s, pending %v", info.StdoutLog, info.Pending)
	}
}
