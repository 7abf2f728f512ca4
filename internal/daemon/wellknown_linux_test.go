package daemon_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"supervisord/client"
)

// wellKnown is a section of a listener that does what one of the package superlance does,
// as its manual describes it, with the module for listeners that Supervisor brings.
func wellKnown(t *testing.T, name, args, events string) string {
	t.Helper()
	if _, err := os.Stat("/usr/lib/python3/dist-packages/supervisor/childutils.py"); err != nil {
		missing(t, "needs Debian's supervisor")
	}
	return lines("[eventlistener:"+name+"]", "command=/usr/bin/python3 "+testdata(t, "listeners/"+name+".py")+" "+args, "events="+events,
		"startsecs=0", "stderr_logfile=DIR/"+name+".err")
}

// TestHTTPCheckRestartsWhatIsNotWell does what httpok does.
func TestHTTPCheckRestartsWhatIsNotWell(t *testing.T) {
	t.Parallel()
	var ill atomic.Bool
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if ill.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer page.Close()
	s := newSite(t, wellKnown(t, "httpcheck", page.URL+" web", "TICK_5"), program("web", "/bin/sleep 1000", "startsecs=0"))
	d := s.start()
	before := d.await("web", client.Running).PID
	ill.Store(true)
	d.awaitOther("web", before)
	ill.Store(false)
	if got := readFile(t, s.path("httpcheck.err")); !strings.HasPrefix(got, "not well: HTTP Error 500") {
		t.Errorf("got %q", got)
	}
}

// TestMemCheckRestartsWhatIsTooLarge does what memmon does.
func TestMemCheckRestartsWhatIsTooLarge(t *testing.T) {
	t.Parallel()
	large := `/usr/bin/python3 -c "import os, signal; fresh = os.path.exists('DIR/was'); open('DIR/was', 'w'); b = b'' if fresh else b'x' * 100000000; signal.pause()"`
	s := newSite(t, wellKnown(t, "memcheck", "large=60000000 small=60000000", "TICK_5"),
		program("large", large, "startsecs=0"), program("small", "/bin/sleep 1000", "startsecs=0"))
	d := s.start()
	before, other := d.await("large", client.Running).PID, d.await("small", client.Running).PID
	d.awaitOther("large", before)
	if got := readFile(t, s.path("memcheck.err")); got != "too much: large\n" {
		t.Errorf("got %q", got)
	}
	if d.info("small").PID != other {
		t.Error("the other was restarted too")
	}
}

// TestCrashReportMailsUnexpectedExits does what crashmail does.
func TestCrashReportMailsUnexpectedExits(t *testing.T) {
	t.Parallel()
	s := newSite(t, wellKnown(t, "crashreport", "'cat >>DIR/mail'", "PROCESS_STATE_EXITED"),
		program("expected", "/bin/sh -c 'exit 2'", "startsecs=0", "autorestart=false", "exitcodes=2", "priority=1"),
		program("crashes", "/bin/sh -c 'exit 2'", "startsecs=0", "autorestart=false"))
	d := s.start()
	pid := strings.TrimPrefix(d.awaitLog(`spawned: 'crashes' with pid \d+`), "spawned: 'crashes' with pid ")
	want := "Subject: crashes crashed\n\ncrashes:crashes (pid " + pid + ") has ended from state RUNNING\n"
	s.until("the mail", func() bool {
		got, _ := os.ReadFile(s.path("mail")) // not there yet
		return string(got) == want
	})
	if got := readFile(t, s.path("mail")); got != want {
		t.Errorf("got %q", got)
	}
}

// TestFatalBatchMailsOnce does what fatalmailbatch does. A tick may fall between the two.
func TestFatalBatchMailsOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, wellKnown(t, "fatalbatch", "'cat >>DIR/mail'", "PROCESS_STATE_FATAL,TICK_5"),
		program("fails", "/bin/false", "startretries=0", "numprocs=2", "process_name=fails_%(process_num)d"))
	s.start()
	s.until("the mail", func() bool {
		got, _ := os.ReadFile(s.path("mail")) // not there yet
		return strings.Contains(string(got), "fails:fails_0 failed") && strings.Contains(string(got), "fails:fails_1 failed")
	})
	if got := strings.Count(readFile(t, s.path("mail")), "failed to start too many times\n"); got != 2 {
		t.Errorf("%d lines", got)
	}
}
