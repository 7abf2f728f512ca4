package daemon_test

import (
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"supervisord/client"
)

func TestLastWordsAreInTheLogWhenTheExitIsTold(t *testing.T) {
	t.Parallel()
	big := `/bin/sh -c '/bin/dd if=/dev/zero bs=1048576 count=1 2>/dev/null | /usr/bin/tr "\\0" x; echo; echo end'`
	s := newSite(t,
		program("big", big, "startsecs=0", "autorestart=false", "stdout_logfile=DIR/big"),
		program("killed", `/bin/sh -c 'echo last words; kill -9 $$'`, "startsecs=0", "autorestart=false", "stdout_logfile=DIR/killed"),
		program("failed", `/bin/sh -c 'echo oh no >&2; exit 1'`, "startretries=0", "stderr_logfile=DIR/failed"))
	s.start()
	for name, want := range map[string]string{
		"big": strings.Repeat("x", 1<<20) + "\nend\n", "killed": "last words\n", "failed": "oh no\n",
	} {
		phase := client.Exited
		if name == "failed" {
			phase = client.Fatal
		}
		s.await(name, phase)
		got := readFile(t, s.path(name)) // now, not later
		if got != want {
			t.Errorf("%s: %d bytes, want %d; ends with %.40q", name, len(got), len(want), got[max(0, len(got)-40):])
		}
	}
}

// The log is a fifo that takes less than the child says before it ends, until the test
// reads it: only then may the exit be told.
func TestExitIsNotToldBeforeTheLastWordsAreWritten(t *testing.T) {
	t.Parallel()
	const size = 100 << 10
	s := newSite(t, program("a", `/bin/sh -c '/bin/dd if=/dev/zero bs=102400 count=1 2>/dev/null | /usr/bin/tr "\\0" x'`,
		"startsecs=0", "autorestart=false", "stdout_logfile=DIR/fifo", "stdout_logfile_maxbytes=0"))
	if err := unix.Mkfifo(s.path("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	fifo, err := os.OpenFile(s.path("fifo"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer fifo.Close()
	d := s.start()
	s.awaitLog("spawned: 'a'")
	s.until("the child has been reaped", func() bool { return len(children(d.pid())) == 0 })
	for range 3 { // few: the daemon gives up a fifo that nobody reads after five seconds
		if got := s.info("a").Phase; got != client.Running {
			t.Fatalf("%v while its output is on its way", got)
		}
	}
	got := make([]byte, size)
	if _, err := io.ReadFull(fifo, got); err != nil || strings.Trim(string(got), "x") != "" {
		t.Error(err)
	}
	s.await("a", client.Exited)
}
