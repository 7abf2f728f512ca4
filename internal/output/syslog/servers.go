package syslog

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// Defaults of the limits of a Target's queue.
const (
	DefaultMessages = 10_000
	DefaultBytes    = 4 << 20
)

// flushTime is how long a Target that no sink uses any more stays connected, to send
// what is queued and to serve a sink that is opened soon, as by a program's restart.
const flushTime = 2 * time.Second

// localPaths are where the local server listens on Linux, macOS and the BSDs.
var localPaths = []string{"/dev/log", "/var/run/syslog", "/var/run/log"}

// Servers keeps one connection and one queue per Target, for as long as there are sinks
// of it. The zero value is ready; its exported fields are set before use. All methods
// are safe for concurrent use.
type Servers struct {
	// Log hears when a server cannot be reached, when messages are dropped, and when
	// that is over. nil means nobody is told. It may itself end in one of the sinks.
	Log *slog.Logger
	// Messages and Bytes bound the queue of each Target: messages that wait, and the
	// memory they take with 2 bytes of their own each. 0 means DefaultMessages and
	// DefaultBytes.
	Messages, Bytes int
	// Local are the sockets of the local server, the first that works is taken. Without
	// any: /dev/log, /var/run/syslog, /var/run/log.
	Local []string
	// TLS is the configuration for tls servers. nil trusts what the system trusts. The
	// server's name is the Target's host if it is not set.
	TLS *tls.Config

	dial dialer // nil: the network

	mu     sync.Mutex
	all    map[Target]*server
	closed bool
	wg     sync.WaitGroup // all goroutines of all servers
}

// dialer connects to a server.
type dialer func(ctx context.Context, t Target) (*link, error)

// Stat counts the messages of one Target since the first sink of it was opened. Each
// message put in is in one of Queued, Sent and Dropped.
type Stat struct {
	// Server is the Target as text: local, or udp:host:port.
	Server string
	// Connected is false while there is no connection, or no sink.
	Connected bool
	// Queued is the number of messages that wait.
	Queued uint64
	// Sent is the number given to the connection; see the package comment.
	Sent uint64
	// Dropped is the number thrown away, since the queue was full, the server took too
	// long after the last sink was closed, or the system refuses messages that long.
	Dropped uint64
}

// Open returns a sink for t, and has t connected in the background if it is the first.
// The error is about t or o, never about the server.
func (ss *Servers) Open(t Target, o Options) (*Sink, error) {
	if err := errors.Join(t.check(), o.check()); err != nil {
		return nil, err
	}
	hostname, err := os.Hostname()
	if err != nil {
		hostname = "localhost"
	}
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if ss.closed {
		return nil, errors.New("syslog is closed")
	}
	s := ss.all[t]
	if s == nil {
		s = ss.newServer(t)
		if ss.all == nil {
			ss.all = make(map[Target]*server)
		}
		ss.all[t] = s
	}
	s.acquire()
	return newSink(s, o, hostname), nil
}

func (ss *Servers) newServer(t Target) *server {
	s := &server{target: t, log: ss.Log, dial: ss.dial, wg: &ss.wg}
	s.queue.maxCount, s.queue.maxBytes = DefaultMessages, DefaultBytes
	if ss.Messages > 0 {
		s.queue.maxCount = ss.Messages
	}
	if ss.Bytes > 0 {
		s.queue.maxBytes = ss.Bytes
	}
	s.wake, s.kick = make(chan struct{}, 1), make(chan struct{}, 1)
	if s.dial == nil {
		s.dial = ss.connect
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// Reopen makes every server be connected to anew, at once. A connection made within the
// last second stays.
func (ss *Servers) Reopen() {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for _, s := range ss.all {
		s.reconnect()
	}
}

// Stats returns the counters of every Target that was ever opened, ordered by name.
func (ss *Servers) Stats() []Stat {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	var stats []Stat
	for _, s := range ss.all {
		stats = append(stats, s.stat())
	}
	slices.SortFunc(stats, func(a, b Stat) int { return strings.Compare(a.Server, b.Server) })
	return stats
}

// Close gives all servers up: what is queued has two seconds to be sent, the rest is
// dropped and counted. It returns when all connections are closed and no goroutine is
// left. Sinks should be closed before; what they get later is dropped.
func (ss *Servers) Close() error {
	ss.mu.Lock()
	ss.closed = true
	for _, s := range ss.all {
		s.shut()
	}
	ss.mu.Unlock()
	ss.wg.Wait()
	return nil
}
