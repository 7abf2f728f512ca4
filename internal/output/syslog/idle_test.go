package syslog_test

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"supervisord/internal/output/syslog"
)

func TestTheMemoryOfABurstIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ss := &syslog.Servers{}
		net := newPipes(ss)
		k := open(t, ss, tcp, plain)
		for range 1000 {
			write(t, k, strings.Repeat("x", 500)+"\n")
		}
		want(t, ss.Held() >= 500_000, true)
		net.up.Store(true)
		conn := <-net.accepted
		go func() { _, _ = io.Copy(io.Discard, conn) }() // ends with the connection
		time.Sleep(5 * time.Second)
		want(t, ss.Stats()[0].Sent, uint64(1000))
		want(t, ss.Held() >= 500_000, true)
		time.Sleep(10 * time.Second)
		want(t, ss.Held(), 0)
		write(t, k, "more\n")
		synctest.Wait()
		want(t, ss.Stats()[0].Sent, uint64(1001))
		noError(t, ss.Close())
	})
}

// An idle daemon sleeps: in a bubble, years in which nothing wakes it pass at once.
func TestAnIdleConnectionWakesNobody(t *testing.T) {
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		ss := &syslog.Servers{}
		net := newPipes(ss)
		net.up.Store(true)
		k := open(t, ss, tcp, plain)
		conn := <-net.accepted
		go func() { _, _ = io.Copy(io.Discard, conn) }() // ends with the connection
		write(t, k, "one\n")
		time.Sleep(10 * 365 * 24 * time.Hour)
		noError(t, ss.Close())
	})
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("ten idle years took %v", took)
	}
}
