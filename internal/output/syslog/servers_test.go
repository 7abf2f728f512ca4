package syslog_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"supervisord/internal/output/syslog"
	"supervisord/internal/testenv"
)

var tcp = syslog.Target{Network: "tcp", Host: "log", Port: 1}

// pipes is a network with one server that is up or down. Its connections are lines.
type pipes struct {
	up       atomic.Bool
	accepted chan net.Conn
	began    time.Time

	mu    sync.Mutex
	tried []time.Duration
}

// dials returns when there was an attempt.
func (p *pipes) dials() []time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.tried)
}

// newPipes is to be called in a bubble.
func newPipes(ss *syslog.Servers) *pipes {
	p := &pipes{accepted: make(chan net.Conn, 100), began: time.Now()}
	ss.DialWith(p.dial)
	return p
}

func (p *pipes) dial() (net.Conn, error) {
	p.mu.Lock()
	p.tried = append(p.tried, time.Since(p.began))
	p.mu.Unlock()
	if !p.up.Load() {
		return nil, errDown
	}
	ours, theirs := net.Pipe()
	p.accepted <- theirs
	return ours, nil
}

func lines(t *testing.T, r *bufio.Reader, n int) []string {
	t.Helper()
	var got []string
	for range n {
		line, err := r.ReadString('\n')
		noError(t, err)
		got = append(got, line[len("<0>Jan  1 00:00:00 log -: "):len(line)-1])
	}
	return got
}

func numbered(t *testing.T, k *syslog.Sink, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		write(t, k, fmt.Sprintf("%d\n", i))
	}
}

// plain makes headers of a known length.
var plain = syslog.Options{Hostname: "log"}

func TestDropsAreCountedAndSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := new(testenv.Journal)
		ss := &syslog.Servers{Log: log.Logger("server"), Messages: 4}
		net := newPipes(ss)
		k := open(t, ss, tcp, plain)
		synctest.Wait()
		numbered(t, k, 0, 10)
		want(t, ss.Stats(), []syslog.Stat{{Server: "tcp:log:1", Queued: 4, Dropped: 6}})
		time.Sleep(5 * time.Minute)
		numbered(t, k, 10, 20)
		net.up.Store(true)
		time.Sleep(11 * time.Second)
		r := bufio.NewReader(<-net.accepted)
		want(t, lines(t, r, 4), []string{"0", "1", "2", "3"})
		time.Sleep(time.Second)
		want(t, ss.Stats(), []syslog.Stat{{Server: "tcp:log:1", Connected: true, Sent: 4, Dropped: 16}})
		noError(t, k.Close())
		noError(t, ss.Close())
		want(t, log.String(), `level=WARN msg="syslog server tcp:log:1 cannot be reached, messages wait" err=down
level=ERROR msg="syslog server tcp:log:1 does not keep up, messages are dropped" err=down
level=WARN msg="syslog server tcp:log:1 takes messages again, 16 were dropped" dropped=16
`)
	})
}

func TestBytesAreBoundedToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ss := &syslog.Servers{Bytes: 100}
		newPipes(ss)
		k := open(t, ss, tcp, plain)
		numbered(t, k, 0, 10) // 28 bytes each, and 2 of the queue's
		want(t, ss.Stats(), []syslog.Stat{{Server: "tcp:log:1", Queued: 3, Dropped: 7}})
		noError(t, ss.Close())
	})
}

func TestAnotherReasonIsToldToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := new(testenv.Journal)
		ss := &syslog.Servers{Log: log.Logger("server")}
		tries := 0
		ss.DialWith(func() (net.Conn, error) {
			if tries++; tries > 1 {
				return nil, fmt.Errorf("try %d: %w", tries, errors.New("bad certificate"))
			}
			return nil, errDown
		})
		open(t, ss, tcp, plain)
		time.Sleep(time.Hour)
		noError(t, ss.Close())
		said := regexp.MustCompile(`try \d+`).ReplaceAllString(log.String(), "try N")
		want(t, said, `level=WARN msg="syslog server tcp:log:1 cannot be reached, messages wait" err=down
level=WARN msg="syslog server tcp:log:1 cannot be reached, messages wait" err="try N: bad certificate"
`)
	})
}

func TestPausesGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ss := &syslog.Servers{}
		net := newPipes(ss)
		open(t, ss, tcp, plain)
		time.Sleep(2 * time.Minute)
		longest := 100 * time.Millisecond
		dials := net.dials()
		for i, at := range dials[1:] {
			pause := at - dials[i]
			if pause < longest/2 || pause > longest {
				t.Errorf("pause %d is %v, want at most %v", i, pause, longest)
			}
			longest = min(2*longest, 10*time.Second)
		}
		// Somebody knows that it is up again.
		net.up.Store(true)
		ss.Reopen()
		synctest.Wait()
		want(t, ss.Stats(), []syslog.Stat{{Server: "tcp:log:1", Connected: true}})
		noError(t, ss.Close())
	})
}

func TestReopenConnectsAnewOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := new(testenv.Journal)
		ss := &syslog.Servers{Log: log.Logger("server")}
		net := newPipes(ss)
		net.up.Store(true)
		k := open(t, ss, tcp, plain)
		time.Sleep(time.Minute)
		for range 3 {
			ss.Reopen()
			synctest.Wait()
		}
		want(t, net.dials(), []time.Duration{0, time.Minute})
		<-net.accepted
		r := bufio.NewReader(<-net.accepted)
		numbered(t, k, 0, 2)
		want(t, lines(t, r, 2), []string{"0", "1"})
		noError(t, ss.Close())
		want(t, log.String(), "")
	})
}

// TestSlowServerHoldsNobodyUp has a server that accepts and reads nothing.
func TestSlowServerHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ss := &syslog.Servers{Messages: 100}
		net := newPipes(ss)
		net.up.Store(true)
		k := open(t, ss, tcp, plain)
		began := time.Now()
		numbered(t, k, 0, 1000)
		noError(t, k.Close())
		if d := time.Since(began); d != 0 {
			t.Errorf("writing took %v", d)
		}
		noError(t, ss.Close())
		if d := time.Since(began); d != 2*time.Second {
			t.Errorf("closing took %v", d)
		}
		want(t, ss.Stats(), []syslog.Stat{{Server: "tcp:log:1", Dropped: 1000}})
	})
}

// TestStalledConnectionIsGivenUp has a server that reads half of a message.
func TestStalledConnectionIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ss := &syslog.Servers{}
		net := newPipes(ss)
		net.up.Store(true)
		k := open(t, ss, tcp, plain)
		numbered(t, k, 0, 3)
		_, err := (<-net.accepted).Read(make([]byte, 40)) // the first message and a half
		noError(t, err)
		time.Sleep(3 * time.Minute)
		r := bufio.NewReader(<-net.accepted)
		want(t, lines(t, r, 2), []string{"1", "2"})
		synctest.Wait()
		want(t, ss.Stats(), []syslog.Stat{{Server: "tcp:log:1", Connected: true, Sent: 3}})
		noError(t, ss.Close())
	})
}

func TestBrokenConnectionLosesNothingThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ss := &syslog.Servers{}
		net := newPipes(ss)
		net.up.Store(true)
		k := open(t, ss, tcp, plain)
		var got []string
		for i := range 20 {
			c := <-net.accepted
			numbered(t, k, 10*i, 10*i+10)
			got = append(got, lines(t, bufio.NewReader(c), 10)...)
			noError(t, c.Close())
		}
		for i, line := range got {
			want(t, line, fmt.Sprint(i))
		}
		noError(t, ss.Close())
		want(t, ss.Stats(), []syslog.Stat{{Server: "tcp:log:1", Sent: 200}})
	})
}

func TestSinkOpenedSoonFindsTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ss := &syslog.Servers{}
		net := newPipes(ss)
		net.up.Store(true)
		for _, hold := range []time.Duration{0, 5 * time.Second, 0} {
			k := open(t, ss, tcp, plain)
			time.Sleep(hold)
			noError(t, k.Close())
			noError(t, k.Close())
			time.Sleep(time.Second)
		}
		time.Sleep(2 * time.Second)
		noError(t, open(t, ss, tcp, plain).Close())
		synctest.Wait()
		want(t, net.dials(), []time.Duration{0, 10 * time.Second})
		time.Sleep(10 * time.Second)
		want(t, ss.Stats(), []syslog.Stat{{Server: "tcp:log:1"}})
		noError(t, ss.Close())
	})
}

func TestWhatIsLeftAfterTheLastSinkIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := new(testenv.Journal)
		ss := &syslog.Servers{Log: log.Logger("server")}
		net := newPipes(ss)
		net.up.Store(true)
		k := open(t, ss, tcp, plain)
		numbered(t, k, 0, 3)
		noError(t, k.Close())
		want(t, lines(t, bufio.NewReader(<-net.accepted), 1), []string{"0"})
		time.Sleep(3 * time.Second)
		want(t, ss.Stats()[0].Queued, uint64(0))
		want(t, ss.Stats()[0].Sent+ss.Stats()[0].Dropped, uint64(3))
		_, err := k.Write([]byte("4\n"))
		if !errors.Is(err, fs.ErrClosed) {
			t.Errorf("write after Close: %v", err)
		}
		noError(t, ss.Close())
		if _, err := ss.Open(tcp, plain); err == nil {
			t.Error("opened after Close")
		}
	})
}

func TestBadTargetsAndOptionsAreRefused(t *testing.T) {
	var ss syslog.Servers
	for _, c := range []struct {
		to   syslog.Target
		o    syslog.Options
		want string
	}{
		{syslog.Target{Network: "sctp", Host: "h", Port: 1}, plain, `syslog server h: not a network: "sctp"`},
		{syslog.Target{Network: "udp", Port: 1}, plain, "syslog server udp::1: no host"},
		{syslog.Target{Network: "tcp", Host: "::1"}, plain, "syslog server tcp:[::1]:0: not a port: 0"},
		{syslog.Target{Host: "h", Port: 1}, plain, "syslog server h:1 has no network"},
		{tcp, syslog.Options{Facility: 24}, "not a syslog facility: 24"},
		{tcp, syslog.Options{Severity: -1}, "not a syslog severity: -1"},
		{tcp, syslog.Options{Format: 2}, "not a syslog format: 2"},
	} {
		_, err := ss.Open(c.to, c.o)
		want(t, fmt.Sprint(err), c.want)
	}
	want(t, ss.Stats(), []syslog.Stat(nil))
	noError(t, ss.Close())
}
