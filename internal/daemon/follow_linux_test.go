package daemon_test

import (
	"strings"
	"syscall"
	"testing"

	"supervisord/client"
)

// Those who follow logs hold up neither a shutdown nor a restart, and their streams end
// in order.
func TestStreamsEndWithTheDaemon(t *testing.T) {
	for _, c := range []struct {
		name   string
		signal syscall.Signal
	}{
		{"shutdown", syscall.SIGTERM},
		{"restart", syscall.SIGHUP},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t,
				program("none", "/bin/sh -c 'echo hello; exec sleep 600'", "stdout_logfile=NONE", "startsecs=0"),
				program("file", "/bin/sh -c 'echo hello; exec sleep 600'", "stdout_logfile=DIR/file.log", "startsecs=0"))
			d := s.start()
			s.await("none", client.Running)
			s.await("file", client.Running)
			logs := map[client.LogName]string{
				{Of: client.ParseSelector("none")}: "hello",
				{Of: client.ParseSelector("file")}: "hello",
				{Main: true}:                       "supervisord started",
			}
			begun, ended := make(chan bool, len(logs)), make(chan error, len(logs))
			for log, begin := range logs {
				chunks, err := s.api.FollowLog(t.Context(), log, 1024)
				if err != nil {
					t.Fatal(err)
				}
				go func() {
					var got strings.Builder
					for chunk, err := range chunks {
						if err != nil {
							ended <- err
							return
						}
						before := strings.Contains(got.String(), begin)
						got.Write(chunk)
						if !before && strings.Contains(got.String(), begin) {
							begun <- true
						}
					}
					ended <- nil
				}()
			}
			for range logs {
				<-begun
			}
			d.send(c.signal)
			for range logs {
				if err := <-ended; err != nil {
					t.Error(err)
				}
			}
			if c.signal == syscall.SIGTERM {
				d.awaitExit()
			} else {
				s.until("it serves again", s.serves)
			}
			if n := s.count("did not close in order|left behind"); n > 0 {
				t.Errorf("the log complains:\n%s", s.log())
			}
		})
	}
}
