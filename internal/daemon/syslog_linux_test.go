package daemon_test

import (
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// syslogServer listens on loopback for datagrams, and returns its port and what waits
// until one has come that matches a pattern.
func syslogServer(t *testing.T) (port string, await func(pattern string)) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // nothing is written
	_, port, _ = net.SplitHostPort(conn.LocalAddr().String())
	var all []string
	return port, func(pattern string) {
		t.Helper()
		re := regexp.MustCompile(pattern)
		if err := conn.SetReadDeadline(time.Now().Add(bound)); err != nil {
			t.Fatal(err)
		}
		for buf := make([]byte, 4096); !re.MatchString(strings.Join(all, "\n")); {
			n, _, err := conn.ReadFrom(buf)
			if err != nil {
				t.Fatalf("%v; no message matches %s:\n%s", err, pattern, strings.Join(all, "\n"))
			}
			all = append(all, string(buf[:n]))
		}
	}
}

func TestProgramsAndTheDaemonLogToASyslogServer(t *testing.T) {
	t.Parallel()
	port, await := syslogServer(t)
	s := newSite(t)
	s.main = []string{"logfile=syslog @127.0.0.1:" + port}
	s.configure(
		program("tagged", `/bin/sh -c 'echo hello; echo oops >&2; exec sleep 1000'`, "stdout_logfile=syslog @udp:127.0.0.1:"+port,
			"stderr_logfile=syslog @127.0.0.1:"+port, "syslog_tag=web", "syslog_facility=LOCAL3", "syslog_stderr_priority=Err"),
		program("plain", `/bin/sh -c 'echo hello; exec sleep 1000'`, "stdout_logfile=syslog @127.0.0.1:"+port),
		program("dated", `/bin/sh -c 'echo hello; exec sleep 1000'`, "stdout_logfile=syslog @127.0.0.1:"+port, "syslog_format=rfc5424"),
	)
	d := s.start()
	for _, pattern := range []string{
		`<158>\w{3} [ \d]\d \d\d:\d\d:\d\d \S+ web\[\d+\]: hello`, // local3.info
		`<155>.* web\[\d+\]: oops`,                                // local3.err
		`<14>.* supervisord: plain hello`,                         // user.info, as Python's
		`<14>1 \S+ \S+ supervisord - - - dated hello`,
		`<14>.* supervisord\[\d+\]: spawned: 'plain' with pid \d+`,
	} {
		await(pattern)
	}
	d.send(unix.SIGTERM)
	if rc := d.awaitExit(); rc != 0 {
		t.Errorf("exit code %d", rc)
	}
	await(`stopped: plain \(terminated by SIGTERM\)`) // the last words too
}

func TestTheDaemonsLogInJSON(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.main = []string{"log_format=json"}
	s.configure(program("a", "/bin/sleep 1000"))
	s.start()
	s.awaitLog(`\{"time":"[^"]*","level":"info","msg":"spawned: 'a' with pid \d+","process":"a","group":"a","pid":\d+\}`)
}
