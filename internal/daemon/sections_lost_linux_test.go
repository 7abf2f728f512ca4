package daemon_test

import (
	"os"
	"strings"
	"testing"
)

// A socket whose file somebody has removed is opened anew by the next update, and what
// changes beside that is no problem.
func TestRemovedSocketIsOpenedAnew(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	s := newSite(t, inet("", address), lines("[unix_http_server:b]", "file=DIR/b.sock"))
	s.start()
	before := inodes(t, s.path("b.sock"))
	if err := os.Remove(s.path("b.sock")); err != nil {
		t.Fatal(err)
	}
	s.configure(inet("", address), lines("[unix_http_server:b]", "file=DIR/b.sock", "chmod=0770"))
	same(t, "update", []string{"unix_http_server:b changed chmod:0700->0770(live)"}, s.updateBy(s.at("http://"+address)))
	if _, err := s.at("unix://" + s.path("b.sock")).Supervisor(t.Context()); err != nil {
		t.Error(err)
	}
	s.until("the socket without a file is closed", func() bool {
		now := inodes(t, s.path("b.sock"))
		return len(now) == 1 && len(before) == 1 && now[0] != before[0]
	})
	if !exists(s.path("b.sock")) {
		t.Error("the new file has gone with the old socket")
	}
}

// An update that takes the last server away is answered, and the log says what is left.
func TestLastServerGoes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.start()
	_, rest, _ := strings.Cut(readFile(t, s.path("s.conf")), "[supervisord]")
	writeFile(t, s.path("s.conf"), "[supervisord]"+rest)
	same(t, "update", []string{"unix_http_server removed"}, s.updateBy(s.api))
	s.awaitLog("WARN no HTTP server is left")
	s.until("the socket is gone", func() bool { return !exists(s.path("s.sock")) })
}
