package syslog_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"supervisord/internal/output/syslog"
	"supervisord/internal/testenv"
)

// texts returns what stands behind the header of the messages that plain makes.
func texts(messages []string) []string {
	for i, m := range messages {
		_, messages[i], _ = strings.Cut(m, " -: ")
	}
	return messages
}

func numbers(from, to int) []string {
	var all []string
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprint(i))
	}
	return all
}

// reopened calls Reopen until the queue is empty: it saves the pauses.
func reopened(t *testing.T, ss *syslog.Servers) {
	t.Helper()
	eventually(t, func() bool {
		ss.Reopen()
		return ss.Stats()[0].Queued == 0
	}, func() string { return fmt.Sprint(ss.Stats()) })
}

// wantSent waits for the counter, which follows when a batch is sent.
func wantSent(t *testing.T, ss *syslog.Servers, n uint64) {
	t.Helper()
	eventually(t, func() bool { return ss.Stats()[0].Sent == n }, func() string { return fmt.Sprint(ss.Stats()) })
}

// TestDatagramServersDieBetweenMessages wants each datagram that nobody took to be
// sent again, though the first one after a death leaves without an error over udp.
func TestDatagramServersDieBetweenMessages(t *testing.T) {
	for _, network := range []string{"unixgram", "udp"} {
		t.Run(network, func(t *testing.T) {
			address := filepath.Join(socketDir(t), "log")
			to := syslog.Target{}
			if network == "udp" {
				to = syslog.Target{Network: "udp", Host: "127.0.0.1", Port: freeUDPPort(t)}
				address = fmt.Sprintf("127.0.0.1:%d", to.Port)
			}
			ss := servers(t, &syslog.Servers{Local: []string{address}})
			k := open(t, ss, to, plain)
			for i := range 30 {
				numbered(t, k, 10*i, 10*i+5)
				server := listenPackets(t, network, address)
				reopened(t, ss)
				numbered(t, k, 10*i+5, 10*i+10)
				want(t, texts(server.next(t, 10)), numbers(10*i, 10*i+10))
				noError(t, server.Close())
			}
			wantSent(t, ss, 300)
		})
	}
}

func TestStreamServersDieBetweenMessages(t *testing.T) {
	port := testenv.FreePort(t)
	ss := servers(t, new(syslog.Servers))
	k := open(t, ss, syslog.Target{Network: "tcp", Host: "127.0.0.1", Port: port}, plain)
	for i := range 30 {
		numbered(t, k, 10*i, 10*i+5)
		server := listenStreams(t, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		reopened(t, ss)
		numbered(t, k, 10*i+5, 10*i+10)
		c := server.accept(t)
		want(t, texts(countedFrom(t, bufio.NewReader(c), 10)), numbers(10*i, 10*i+10))
		noError(t, server.Close())
		noError(t, c.Close())
	}
	wantSent(t, ss, 300)
}

// TestServersThatDoNotReadFillTheQueue has servers whose machines take what fits, and
// which read all of it in the end.
func TestServersThatDoNotReadFillTheQueue(t *testing.T) {
	const written = 15_000 // more than two sockets hold
	filling := strings.Repeat("x", 900)
	path := filepath.Join(socketDir(t), "log")
	local := listenPackets(t, "unixgram", path)
	remote := listenStreams(t, "tcp", "127.0.0.1:0")
	for _, c := range []struct {
		name  string
		to    syslog.Target
		start func() (next func() string)
	}{
		{"unix datagram", syslog.Target{}, func() func() string {
			return func() string { return local.next(t, 1)[0] }
		}},
		{"tcp", targetOf("tcp", remote.Addr()), func() func() string {
			r := bufio.NewReader(remote.accept(t))
			return func() string { return countedFrom(t, r, 1)[0] }
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ss := servers(t, &syslog.Servers{Local: []string{path}, Messages: 1000})
			k := open(t, ss, c.to, plain)
			next := c.start()
			for i := range written { // returns, though nobody reads
				write(t, k, fmt.Sprintf("%d %s\n", i, filling))
			}
			dropped := ss.Stats()[0].Dropped
			if dropped == 0 || dropped > written-1000 {
				t.Fatalf("%d of %d were dropped, the queue has 1000", dropped, written)
			}
			last := -1
			for range written - dropped {
				var n int
				_, err := fmt.Sscan(texts([]string{next()})[0], &n)
				noError(t, err)
				if n <= last {
					t.Fatalf("%d came after %d", n, last)
				}
				last = n
			}
			wantSent(t, ss, written-dropped)
			want(t, ss.Stats()[0].Dropped, dropped)
		})
	}
}

// TestServerMaySayMore has a server that sends what nobody asked it for.
func TestServerMaySayMore(t *testing.T) {
	server := listenStreams(t, "tcp", "127.0.0.1:0")
	ss := servers(t, new(syslog.Servers))
	k := open(t, ss, targetOf("tcp", server.Addr()), plain)
	c := server.accept(t)
	_, err := io.WriteString(c, strings.Repeat("hello ", 100_000))
	noError(t, err)
	write(t, k, "1\n")
	want(t, texts(countedFrom(t, bufio.NewReader(c), 1)), []string{"1"})
}

func TestNothingIsLeftAfterClose(t *testing.T) {
	server := listenStreams(t, "tcp", "127.0.0.1:0")
	udp := listenPackets(t, "udp", "127.0.0.1:0")
	ss := new(syslog.Servers)
	silent := syslog.Target{Network: "tls", Host: "127.0.0.1", Port: targetOf("tcp", server.Addr()).Port}
	sinks := []*syslog.Sink{
		open(t, ss, targetOf("tcp", server.Addr()), plain),
		open(t, ss, targetOf("udp", udp.LocalAddr()), plain),
		open(t, ss, silent, plain), // does not answer the handshake
	}
	for _, k := range sinks {
		write(t, k, "x\nheld")
		noError(t, k.Close())
	}
	noError(t, ss.Close())
	var sent, dropped uint64
	for _, s := range ss.Stats() {
		sent += s.Sent
		dropped += s.Dropped
	}
	want(t, [2]uint64{sent, dropped}, [2]uint64{4, 2})
	buf := make([]byte, 1<<20)
	if s := string(buf[:runtime.Stack(buf, true)]); strings.Contains(s, "syslog.(*") {
		t.Errorf("goroutines are left:\n%s", s)
	}
}

// discarding is a server that reads and forgets.
func discarding(tb testing.TB) syslog.Target {
	tb.Helper()
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = server.Close() }) // nothing depends on it any more
	go func() {                               // ends with the connection
		if c, err := server.Accept(); err == nil {
			_, _ = io.Copy(io.Discard, c) // until it is closed
		}
	}()
	return targetOf("tcp", server.Addr())
}

var usual = syslog.Options{Tag: "web", PID: func() int { return 1 }}

func TestWriteDoesNotAllocate(t *testing.T) {
	ss := servers(t, new(syslog.Servers))
	k := open(t, ss, discarding(t), usual)
	chunk := []byte(strings.Repeat("a line of the usual length, more or less\n", 20))
	n := testing.AllocsPerRun(5000, func() {
		if _, err := k.Write(chunk); err != nil {
			t.Fatal(err)
		}
	})
	if n > 0 {
		t.Errorf("%v allocations per write of 20 lines", n)
	}
}

func BenchmarkWrite(b *testing.B) {
	ss := new(syslog.Servers)
	k, err := ss.Open(discarding(b), usual)
	if err != nil {
		b.Fatal(err)
	}
	chunk := []byte(strings.Repeat("a line of the usual length, more or less\n", 100))
	b.SetBytes(int64(len(chunk)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Write(chunk); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	_, _ = k.Close(), ss.Close() // they never fail
	s := ss.Stats()[0]
	b.ReportMetric(100*float64(s.Dropped)/float64(s.Sent+s.Dropped), "%dropped")
}
