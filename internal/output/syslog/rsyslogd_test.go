package syslog_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"supervisord/internal/output/syslog"
	"supervisord/internal/testenv"
)

// rsyslogd is Debian's syslog server with all its inputs in a directory of its own.
type rsyslogd struct {
	t     *testing.T
	dir   string
	ports map[string]int
	pool  *x509.CertPool
	cmd   *exec.Cmd
}

// newRsyslogd prepares a server, which is started by start.
func newRsyslogd(t *testing.T) *rsyslogd {
	t.Helper()
	testenv.Peer(t, "/usr/sbin/rsyslogd")
	driver := "/usr/lib/rsyslog/lmnsd_ossl.so"
	if found, _ := filepath.Glob("/usr/lib/*/rsyslog/lmnsd_ossl.so"); len(found) > 0 {
		driver = found[0]
	}
	testenv.Peer(t, driver)
	r := &rsyslogd{t: t, dir: socketDir(t)}
	r.ports = map[string]int{"udp": freeUDPPort(t), "tcp": testenv.FreePort(t), "tls": testenv.FreePort(t)}
	r.configure()
	return r
}

func (r *rsyslogd) configure() {
	r.t.Helper()
	certificate, pool := selfSigned(r.t)
	r.pool = pool
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	noError(r.t, err)
	r.file("cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})))
	r.file("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	r.file("conf", strings.NewReplacer(
		"DIR", r.dir, "UDP", fmt.Sprint(r.ports["udp"]), "TCP", fmt.Sprint(r.ports["tcp"]), "TLS", fmt.Sprint(r.ports["tls"]),
	).Replace(`
global(workDirectory="DIR" net.enableDNS="off"
	defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="DIR/cert.pem"
	defaultNetstreamDriverCertFile="DIR/cert.pem" defaultNetstreamDriverKeyFile="DIR/key.pem")
module(load="imuxsock" sysSock.use="off")
module(load="imudp")
module(load="imptcp")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
input(type="imuxsock" socket="DIR/log" rateLimit.interval="0")
input(type="imudp" address="127.0.0.1" port="UDP" rateLimit.interval="0")
input(type="imptcp" address="127.0.0.1" port="TCP" rateLimit.interval="0")
input(type="imtcp" address="127.0.0.1" port="TLS" rateLimit.interval="0")
template(name="all" type="string"
	string="%syslogfacility-text% %syslogseverity-text% %hostname% %syslogtag%|%msg%\n")
action(type="omfile" file="DIR/out" template="all")
`))
}

func (r *rsyslogd) file(name, text string) {
	r.t.Helper()
	noError(r.t, os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600))
}

func (r *rsyslogd) start() {
	r.t.Helper()
	said := new(bytes.Buffer)
	//nolint:contextcheck // it is killed by kill, and at the end of the test
	r.cmd = exec.CommandContext(context.Background(), "/usr/sbin/rsyslogd", "-n", "-f", filepath.Join(r.dir, "conf"), "-i", filepath.Join(r.dir, "pid"))
	r.cmd.Stdout, r.cmd.Stderr = said, said
	noError(r.t, r.cmd.Start())
	cmd := r.cmd
	r.t.Cleanup(func() {
		if cmd.ProcessState == nil {
			r.kill()
		}
		if r.t.Failed() {
			r.t.Logf("rsyslogd said:\n%s", said)
		}
	})
}

// kill returns when nothing is left of the server.
func (r *rsyslogd) kill() {
	r.t.Helper()
	noError(r.t, r.cmd.Process.Kill())
	_ = r.cmd.Wait() // killed, as it should be
}

// target returns how the server is reached; "" is the local way.
func (r *rsyslogd) target(network string) syslog.Target {
	if network == "" {
		return syslog.Target{}
	}
	return syslog.Target{Network: network, Host: "127.0.0.1", Port: r.ports[network]}
}

func (r *rsyslogd) servers(ss *syslog.Servers) *syslog.Servers {
	ss.Local = []string{filepath.Join(r.dir, "log")}
	ss.TLS = &tls.Config{RootCAs: r.pool}
	return servers(r.t, ss)
}

// messages waits until the server has written n messages more than before, and
// returns all.
func (r *rsyslogd) messages(n int) []string {
	r.t.Helper()
	var got []string
	eventually(r.t, func() bool {
		data, err := os.ReadFile(filepath.Join(r.dir, "out"))
		if err != nil && !os.IsNotExist(err) {
			r.t.Fatal(err)
		}
		got = strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
		return strings.HasSuffix(string(data), "\n") && len(got) >= n
	}, func() string { return fmt.Sprintf("%d of %d messages: %q", len(got), n, got) })
	return got
}

func eventually(t *testing.T, ok func() bool, state func() string) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	late := time.After(testenv.Patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal(state())
		}
	}
}

var networks = []string{"", "udp", "tcp", "tls"}

func nameOf(network string) string {
	if network == "" {
		return "local"
	}
	return network
}

func TestRsyslogdUnderstands(t *testing.T) {
	t.Parallel()
	for _, network := range networks {
		t.Run(nameOf(network), func(t *testing.T) {
			t.Parallel()
			r := newRsyslogd(t)
			r.start()
			ss := r.servers(new(syslog.Servers))
			o := syslog.Options{Facility: 16, Severity: 6, Tag: "web_1", Hostname: "box", PID: func() int { return 42 }}
			k := open(t, ss, r.target(network), o)
			write(t, k, "first\nsecond: [x] €\r\n\n\x00\x1b bin\xff\n")
			k.Message(2, "grave")
			host := "box"
			if network == "" { // it takes its own name
				name, err := os.Hostname()
				noError(t, err)
				host, _, _ = strings.Cut(name, ".")
			}
			all := []string{
				"local0 info " + host + " web_1[42]:| first",
				"local0 info " + host + " web_1[42]:| second: [x] €",
				"local0 info " + host + " web_1[42]:| #000#033 bin\xff",
				"local0 crit " + host + " web_1[42]:| grave",
			}
			if network != "" { // its local socket reads RFC 3164 alone
				o.Format, o.Facility, o.Severity, o.Prefix = syslog.RFC5424, 3, 3, "web "
				write(t, open(t, ss, r.target(network), o), "text\n")
				all = append(all, "daemon err box web_1[42]|web text")
			}
			want(t, r.messages(len(all)), all)
		})
	}
}

// TestRsyslogdTakesLongLinesWhole has a line that is longer than what the server takes at
// once, as it is configured by default.
func TestRsyslogdTakesLongLinesWhole(t *testing.T) {
	t.Parallel()
	const long = 12_000
	for _, network := range networks {
		for _, format := range []syslog.Format{syslog.RFC3164, syslog.RFC5424} {
			if network == "" && format == syslog.RFC5424 {
				continue // its local socket reads RFC 3164 alone
			}
			t.Run(fmt.Sprint(nameOf(network), " ", format), func(t *testing.T) {
				t.Parallel()
				r := newRsyslogd(t)
				r.start()
				k := open(t, r.servers(new(syslog.Servers)), r.target(network), syslog.Options{Facility: 16, Severity: 6, Tag: "web", Format: format})
				write(t, k, strings.Repeat("l", long)+"\nend\n")
				var got []string
				for n := 1; len(got) == 0 || !strings.HasSuffix(got[len(got)-1], "end"); n++ {
					got = r.messages(n)
				}
				letters := 0
				for _, m := range got[:len(got)-1] {
					head, text, _ := strings.Cut(m, "|")
					if !strings.HasPrefix(head, "local0 info ") || strings.Trim(text, " l") != "" {
						t.Errorf("stray message %.80q", m)
					}
					letters += strings.Count(text, "l")
				}
				want(t, letters, long)
			})
		}
	}
}

// TestRsyslogdKilledInTheMiddle wants every message received or counted as dropped,
// in order and none twice.
func TestRsyslogdKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	const queue = 50
	for _, network := range networks {
		t.Run(nameOf(network), func(t *testing.T) {
			t.Parallel()
			r := newRsyslogd(t)
			ss := r.servers(&syslog.Servers{Messages: queue})
			k := open(t, ss, r.target(network), syslog.Options{Facility: 1, Hostname: "box"})
			written := 0
			more := func(n int) {
				for range n {
					write(t, k, fmt.Sprintf("%d\n", written))
					written++
				}
			}
			arrived := func() []string {
				var stat syslog.Stat
				eventually(t, func() bool {
					stat = ss.Stats()[0]
					return stat.Queued == 0
				}, func() string { return fmt.Sprintf("%+v", stat) })
				return r.messages(written - int(stat.Dropped))
			}
			more(10) // before it is there
			r.start()
			arrived()
			more(30)
			arrived()
			r.kill()
			more(4 * queue)
			r.start()
			arrived()
			more(10)
			var kept []string
			for i := range written {
				if i < 40+queue || i >= 40+4*queue {
					kept = append(kept, fmt.Sprint(i))
				}
			}
			var got []string
			for _, m := range arrived() {
				_, text, _ := strings.Cut(m, "| ")
				got = append(got, text)
			}
			want(t, got, kept)
			stat := ss.Stats()[0]
			want(t, stat, syslog.Stat{
				Server: r.target(network).String(), Connected: true,
				Sent: uint64(len(kept)), Dropped: 3 * queue,
			})
		})
	}
}
