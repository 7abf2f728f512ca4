package syslog_test

import (
	"bufio"
	"crypto/tls"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"supervisord/internal/output/syslog"
	"supervisord/internal/testenv"
)

// timestamps matches those of both formats.
var timestamps = regexp.MustCompile(`[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d`)

func timeless(messages []string) []string {
	for i, m := range messages {
		messages[i] = timestamps.ReplaceAllString(m, "TIME")
	}
	return messages
}

func targetOf(network string, a net.Addr) syslog.Target {
	switch a := a.(type) {
	case *net.UDPAddr:
		return syslog.Target{Network: network, Host: "127.0.0.1", Port: a.Port}
	case *net.TCPAddr:
		return syslog.Target{Network: network, Host: "127.0.0.1", Port: a.Port}
	}
	return syslog.Target{}
}

func servers(t *testing.T, ss *syslog.Servers) *syslog.Servers {
	t.Helper()
	t.Cleanup(func() { noError(t, ss.Close()) })
	return ss
}

func TestLocalMessagesAreDatagramsWithoutHost(t *testing.T) {
	dir := socketDir(t)
	path := filepath.Join(dir, "log")
	server := listenPackets(t, "unixgram", path)
	ss := servers(t, &syslog.Servers{Local: []string{filepath.Join(dir, "none"), path}})
	k := open(t, ss, syslog.Target{}, syslog.Options{Facility: 16, Severity: 6, Tag: "web", PID: func() int { return 42 }})
	write(t, k, "first\nsec")
	write(t, k, "ond\nthird")
	noError(t, k.Close())
	want(t, timeless(server.next(t, 3)), []string{"<134>TIME web[42]: first", "<134>TIME web[42]: second", "<134>TIME web[42]: third"})
}

func TestLocalStreamHasOneMessagePerLine(t *testing.T) {
	path := filepath.Join(socketDir(t), "log")
	server := listenStreams(t, "unix", path)
	ss := servers(t, &syslog.Servers{Local: []string{path}})
	k := open(t, ss, syslog.Target{}, syslog.Options{Facility: 3, Severity: 3, Tag: "web"})
	write(t, k, "first\nsecond\n")
	r := bufio.NewReader(server.accept(t))
	for _, text := range []string{"first", "second"} {
		line, err := r.ReadString('\n')
		noError(t, err)
		want(t, timeless([]string{line}), []string{"<27>TIME web: " + text + "\n"})
	}
}

func TestUDPMessagesHaveTheHost(t *testing.T) {
	server := listenPackets(t, "udp", "127.0.0.1:0")
	ss := servers(t, &syslog.Servers{})
	to := targetOf("udp", server.LocalAddr())
	out := open(t, ss, to, syslog.Options{Facility: 23, Severity: 7, Tag: "group:web 1", Hostname: "box", Prefix: "web "})
	log := open(t, ss, to, syslog.Options{Facility: 0, Severity: 0, Tag: "sup", Hostname: "box", Format: syslog.RFC5424, PID: func() int { return 7 }})
	write(t, out, "text\n")
	want(t, timeless(server.next(t, 1)), []string{"<191>TIME box group_web_1: web text"})
	log.Message(4, "one\ntwo \xff\n")
	want(t, timeless(server.next(t, 2)), []string{"<4>1 TIME box sup 7 - - one", "<4>1 TIME box sup 7 - - two \uFFFD"})
	long := syslog.Options{Tag: strings.Repeat("ab", 30), Hostname: "box"}
	write(t, open(t, ss, to, long), "x\n")
	long.Format = syslog.RFC5424
	write(t, open(t, ss, to, long), "x\n")
	want(t, timeless(server.next(t, 2)), []string{"<0>TIME box " + long.Tag[:32] + ": x", "<0>1 TIME box " + long.Tag[:48] + " - - - x"})
	want(t, len(ss.Stats()), 1)
}

func TestTCPMessagesAreCounted(t *testing.T) {
	server := listenStreams(t, "tcp", "127.0.0.1:0")
	ss := servers(t, &syslog.Servers{})
	k := open(t, ss, targetOf("tcp", server.Addr()), syslog.Options{Facility: 1, Severity: 5, Hostname: "box", Format: syslog.RFC5424})
	write(t, k, "first\nsecond\n")
	r := bufio.NewReader(server.accept(t))
	want(t, timeless(countedFrom(t, r, 2)), []string{"<13>1 TIME box - - - - first", "<13>1 TIME box - - - - second"})
}

func TestTLSMessagesAreCounted(t *testing.T) {
	certificate, pool := selfSigned(t)
	plain := listenStreams(t, "tcp", "127.0.0.1:0")
	server := &streams{tls.NewListener(plain, &tls.Config{Certificates: []tls.Certificate{certificate}})}
	ss := servers(t, &syslog.Servers{TLS: &tls.Config{RootCAs: pool}})
	k := open(t, ss, targetOf("tls", plain.Addr()), syslog.Options{Facility: 1, Severity: 5, Tag: "a", Hostname: "box"})
	write(t, k, "first\nsecond\n")
	r := bufio.NewReader(server.accept(t))
	want(t, timeless(countedFrom(t, r, 2)), []string{"<13>TIME box a: first", "<13>TIME box a: second"})
}

func TestTLSServerMustBeTrusted(t *testing.T) {
	t.Parallel() // it takes two seconds to give the message up
	certificate, _ := selfSigned(t)
	plain := listenStreams(t, "tcp", "127.0.0.1:0")
	server := &streams{tls.NewListener(plain, &tls.Config{Certificates: []tls.Certificate{certificate}})}
	log := new(testenv.Journal)
	ss := &syslog.Servers{Log: log.Logger("server")}
	k := open(t, ss, targetOf("tls", plain.Addr()), syslog.Options{})
	write(t, k, "secret\n")
	_, err := server.accept(t).Read(make([]byte, 1))
	if err == nil {
		t.Error("the server was sent something")
	}
	noError(t, ss.Close())
	if s := log.String(); !strings.Contains(s, "cannot be reached") || !strings.Contains(s, "certificate") {
		t.Errorf("the log has %s", s)
	}
}

// TestLongLinesAreSplitByTheProtocol writes one long line to each kind of server.
func TestLongLinesAreSplitByTheProtocol(t *testing.T) {
	path := filepath.Join(socketDir(t), "log")
	local := listenPackets(t, "unixgram", path)
	udp := listenPackets(t, "udp", "127.0.0.1:0")
	tcp := listenStreams(t, "tcp", "127.0.0.1:0")
	datagrams := func(s *packets) func() func() string {
		return func() func() string { return func() string { return s.next(t, 1)[0] } }
	}
	counted := func() func() string {
		r := bufio.NewReader(tcp.accept(t))
		return func() string { return countedFrom(t, r, 1)[0] }
	}
	line := strings.Repeat("0123456789€", 3000)
	for _, c := range []struct {
		name   string
		to     syslog.Target
		format syslog.Format
		limit  int
		start  func() (next func() string)
	}{
		{"local", syslog.Target{}, syslog.RFC3164, 8096, datagrams(local)},
		{"udp 3164", targetOf("udp", udp.LocalAddr()), syslog.RFC3164, 1024, datagrams(udp)},
		{"udp 5424", targetOf("udp", udp.LocalAddr()), syslog.RFC5424, 2048, datagrams(udp)},
		{"tcp 3164", targetOf("tcp", tcp.Addr()), syslog.RFC3164, 1024, counted},
		{"tcp 5424", targetOf("tcp", tcp.Addr()), syslog.RFC5424, 8096, counted},
	} {
		t.Run(c.name, func(t *testing.T) {
			ss := servers(t, &syslog.Servers{Local: []string{path}})
			k := open(t, ss, c.to, syslog.Options{Format: c.format, Tag: "web", Hostname: "box", Prefix: "p ", PID: func() int { return 1 << 22 }})
			write(t, k, line+"\n")
			next := c.start()
			var all strings.Builder
			for all.Len() < len(line) {
				message := next()
				_, text, found := strings.Cut(message, " p ")
				if !found {
					t.Fatalf("no prefix in %q", message)
				}
				all.WriteString(text)
				// The longest pid and priority would take 5 bytes more, a character 2.
				if len(message) > c.limit || all.Len() < len(line) && len(message) < c.limit-7 {
					t.Errorf("%d bytes in a message, the limit is %d", len(message), c.limit)
				}
			}
			want(t, all.String(), line)
		})
	}
}
