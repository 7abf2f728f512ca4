package daemon_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"supervisord/client"
)

// mebibytes is how many lines of a counter make short MiB with -short, and long without.
func mebibytes(short, long int) int {
	if testing.Short() {
		long = short
	}
	return long << 20 / lineSize
}

// manyBackups are options of a log that rotates often and loses no backup.
func manyBackups() []string {
	size := "50MB"
	if testing.Short() {
		size = "1MB"
	}
	return []string{"stdout_logfile_backups=200", "stdout_logfile_maxbytes=" + size}
}

func TestNoLineOfAFastWriterIsLostOverRotations(t *testing.T) {
	t.Parallel()
	s := newSite(t, counter("a", mebibytes(64, 8<<10), manyBackups()...))
	s.start()
	s.await("a", client.Exited)
	wantNumbers(t, "a.log", s.logAndBackups(s.path("a.log")), 0, s.counted("a"))
}

func TestNoLineOfAHundredProgramsIsLost(t *testing.T) {
	t.Parallel()
	const programs = 100
	lines := mebibytes(64, 1<<10) / programs
	var sections []string
	name := func(i int) string { return fmt.Sprintf("p%02d", i) }
	for i := range programs {
		sections = append(sections, counter(name(i), lines, "stdout_logfile_maxbytes=200KB", "stdout_logfile_backups=1000"))
	}
	s := newSite(t, sections...)
	s.start()
	for i := range programs {
		s.await(name(i), client.Exited)
		wantNumbers(t, name(i), s.logAndBackups(s.path(name(i)+".log")), 0, lines)
	}
}

func TestNoLineIsLostOverCompressedRotations(t *testing.T) {
	t.Parallel()
	s := newSite(t, counter("a", mebibytes(16, 512), "stdout_logfile_compress=gzip", "stdout_logfile_maxbytes=2MB", "stdout_logfile_backups=1000"))
	d := s.start()
	s.await("a", client.Exited)
	d.send(syscall.SIGTERM)
	d.awaitExit()
	wantNumbers(t, "a.log", s.logAndBackups(s.path("a.log")), 0, s.counted("a"))
}

// What somebody else does to the log of a fast writer, again and again while it writes,
// costs no line, neither in the files nor for those who follow the log.
func TestNoLineIsLostToTheFollowers(t *testing.T) {
	const times = 16 // that something happens
	size := 256 << 20
	if testing.Short() {
		size = 8 << 20
	}
	for _, tt := range []struct {
		name    string
		options []string
		disturb func(s *site, i int) error
	}{
		{"rotated", []string{fmt.Sprint("stdout_logfile_maxbytes=", size/times), "stdout_logfile_backups=100"}, func(*site, int) error { return nil }},
		{"cleared", []string{"stdout_logfile_maxbytes=0"}, func(s *site, _ int) error {
			_, err := s.api.ClearLogs(t.Context(), client.ParseSelector("a"))
			return err
		}},
		{"reopened", []string{"stdout_logfile_maxbytes=0"}, func(s *site, i int) error {
			err := os.Rename(s.path("a.log"), s.path(fmt.Sprintf("a.log.%d", 1000-i)))
			return errors.Join(err, s.api.ReopenLogs(t.Context()))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, counter("a", size/lineSize, append(tt.options, "autostart=false")...))
			writeFile(t, s.path("a.log"), ready)
			s.start()
			followers := []func() error{s.follow("a", size/lineSize), s.follow("a", size/lineSize)}
			if _, err := s.api.Start(t.Context(), client.ParseSelector("a"), client.NoWait); err != nil {
				t.Fatal(err)
			}
			for i := 1; s.info("a").Phase == client.Running; i++ {
				if err := tt.disturb(s, i); err != nil {
					t.Fatal(err)
				}
				s.until("the log has grown or the program has ended", func() bool {
					info, err := os.Stat(s.path("a.log"))
					return err == nil && info.Size() > int64(size/times) || s.info("a").Phase != client.Running
				})
			}
			for i, wait := range followers {
				if err := wait(); err != nil {
					t.Errorf("follower %d: %v", i, err)
				}
			}
		})
	}
}

// A file is read, followed and cleared wherever it stands among the targets, and nothing
// but the program's own files is cleared.
func TestFilesAreFoundAmongOtherTargets(t *testing.T) {
	t.Parallel()
	s := newSite(t, program("a", `/bin/sh -c 'echo hello; exec sleep 1000'`, "startsecs=0",
		"stdout_logfile=/dev/stdout, DIR/one, /dev/null, DIR/two", "stderr_logfile=/dev/stdout"))
	d := s.start()
	a := client.LogName{Of: client.ParseSelector("a")}
	s.until("the second file is written", func() bool { return exists(s.path("two")) && readFile(t, s.path("two")) == "hello\n" })
	if got, err := s.api.ReadLog(t.Context(), a, 0, 0); err != nil || string(got) != "hello\n" {
		t.Errorf("read: %q, %v", got, err)
	}
	s.until("the daemon's output has it", func() bool { return strings.Contains(readFile(t, d.stdout), "hello\n") })
	if _, err := s.api.ClearLogs(t.Context(), a.Of); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"one", "two"} {
		if got := readFile(t, s.path(name)); got != "" {
			t.Errorf("%s is not cleared: %q", name, got)
		}
	}
	if !strings.Contains(readFile(t, d.stdout), "hello\n") {
		t.Error("the daemon's own output is cleared")
	}
}

func TestWhatIsWrongWithTheDaemonsLogIsSaid(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.main = []string{"logfile_maxbytes=100"}
	s.configure(program("a", "/bin/sleep 1000"))
	if err := os.Mkdir(s.path("s.log.1"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.awaitLog(`ERRO log file cannot be rotated and grows on: DIR/s\.log\.1 is not a regular file`)
}
