package syslog_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/output/syslog"
	"supervisord/internal/testenv"
)

func want(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, ss *syslog.Servers, to syslog.Target, o syslog.Options) *syslog.Sink {
	t.Helper()
	k, err := ss.Open(to, o)
	noError(t, err)
	return k
}

func write(t *testing.T, k *syslog.Sink, text string) {
	t.Helper()
	n, err := k.Write([]byte(text))
	if n != len(text) || err != nil {
		t.Fatalf("wrote %d of %d bytes: %v", n, len(text), err)
	}
}

// socketDir returns a directory whose path is short enough for unix sockets.
func socketDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sl")
	noError(t, err)
	t.Cleanup(func() { noError(t, os.RemoveAll(dir)) })
	return dir
}

// packets is a server of datagrams.
type packets struct {
	net.PacketConn
}

func listenPackets(t *testing.T, network, address string) *packets {
	t.Helper()
	if network == "unixgram" {
		_ = os.Remove(address) // left by a server before this one
	}
	c, err := net.ListenPacket(network, address)
	noError(t, err)
	t.Cleanup(func() { _ = c.Close() }) // perhaps closed by the test
	return &packets{c}
}

// next returns the next n datagrams.
func (s *packets) next(t *testing.T, n int) []string {
	t.Helper()
	noError(t, s.SetReadDeadline(time.Now().Add(testenv.Patience)))
	got := []string{}
	buf := make([]byte, 65536)
	for range n {
		size, _, err := s.ReadFrom(buf)
		noError(t, err)
		got = append(got, string(buf[:size]))
	}
	return got
}

// freeUDPPort returns a port of 127.0.0.1 for datagrams. Others can bind it, but the kernel
// gives it to no client by chance, and no test that asks here has it before this one ends.
func freeUDPPort(t *testing.T) int {
	t.Helper()
	for {
		port := 20_000 + rand.IntN(10_000)
		address := fmt.Sprintf("127.0.0.1:%d", port)
		reserved, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		t.Cleanup(func() { noError(t, reserved.Close()) })
		udp, err := net.ListenPacket("udp", address)
		if err != nil {
			continue
		}
		noError(t, udp.Close())
		return port
	}
}

// streams is a server of streams. It takes one connection at a time.
type streams struct {
	net.Listener
}

func listenStreams(t *testing.T, network, address string) *streams {
	t.Helper()
	l, err := net.Listen(network, address)
	noError(t, err)
	t.Cleanup(func() { _ = l.Close() }) // perhaps closed by the test
	return &streams{l}
}

func (s *streams) accept(t *testing.T) net.Conn {
	t.Helper()
	c, err := s.Accept()
	noError(t, err)
	t.Cleanup(func() { _ = c.Close() }) // perhaps closed by the test
	noError(t, c.SetReadDeadline(time.Now().Add(testenv.Patience)))
	return c
}

// countedFrom reads n messages with their length before them.
func countedFrom(t *testing.T, r *bufio.Reader, n int) []string {
	t.Helper()
	got := []string{}
	for range n {
		length, err := r.ReadString(' ')
		noError(t, err)
		size, err := strconv.Atoi(strings.TrimSuffix(length, " "))
		noError(t, err)
		text := make([]byte, size)
		_, err = io.ReadFull(r, text)
		noError(t, err)
		got = append(got, string(text))
	}
	return got
}

var errDown = errors.New("down")
