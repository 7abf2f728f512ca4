package syslog

import (
	"fmt"
	"io/fs"
	"sync"
	"time"
)

// Options say what the messages of a Sink look like.
type Options struct {
	// Facility is 0 (kern) to 23 (local7), Severity 0 (emerg) to 7 (debug).
	Facility, Severity int
	// Tag names the program. RFC 3164 allows 32 bytes and RFC 5424 48; what does not
	// belong into a tag becomes '_'. Without one it is "-".
	Tag string
	// Prefix stands before the text of each message, at most 256 bytes of it.
	Prefix string
	// Format is that of the messages.
	Format Format
	// Hostname is this machine's name in the messages; "" means that of the system.
	// Messages of RFC 3164 to the local server have none.
	Hostname string
	// PID returns the process that writes, or 0 if there is none. It is asked once per
	// Write and must not block. nil means that it is never known.
	PID func() int
}

func (o *Options) check() error {
	if o.Facility < 0 || o.Facility > 23 {
		return fmt.Errorf("not a syslog facility: %d", o.Facility)
	}
	if o.Severity < 0 || o.Severity > 7 {
		return fmt.Errorf("not a syslog severity: %d", o.Severity)
	}
	if o.Format != RFC3164 && o.Format != RFC5424 {
		return fmt.Errorf("not a syslog format: %d", o.Format)
	}
	return nil
}

// Sink sends one stream of a program to a server, one message per line. All methods
// are safe for concurrent use, and none waits for the server.
type Sink struct {
	server   *server
	severity int

	mu     sync.Mutex
	header header
	head   []byte   // of the messages that are made now
	stream splitter // of Write
	spoken splitter // of Message
	say    bool     // the log is to hear that messages are dropped
	closed bool
}

func newSink(s *server, o Options, hostname string) *Sink {
	k := &Sink{server: s, severity: o.Severity, header: newHeader(s.target, o, hostname)}
	k.stream = splitter{room: k.header.room(s.target), strict: o.Format == RFC5424, emit: k.put}
	k.spoken = k.stream
	return k
}

// Write takes the next bytes of the stream. A line that has not ended is held, and sent
// when it ends or is too long for one message. The bytes count as written in any case:
// what the server's queue has no room for is counted there.
func (k *Sink) Write(p []byte) (int, error) {
	k.mu.Lock()
	if k.closed {
		k.mu.Unlock()
		return 0, fmt.Errorf("write to syslog server %s: %w", k.server.target, fs.ErrClosed)
	}
	k.begin(k.severity)
	k.stream.write(p)
	k.finish()
	return len(p), nil
}

// Message sends text with a severity of its own, 0 to 7, whatever line of the stream
// is being held. Each line of text is a message. After Close it does nothing.
func (k *Sink) Message(severity int, text string) {
	k.mu.Lock()
	if k.closed {
		k.mu.Unlock()
		return
	}
	k.begin(min(max(severity, 0), 7))
	k.spoken.write([]byte(text))
	k.spoken.end()
	k.finish()
}

// Flush sends a line that has not ended: call it when the program has. After Close it does
// nothing.
func (k *Sink) Flush() error {
	k.mu.Lock()
	if k.closed {
		k.mu.Unlock()
		return nil
	}
	k.begin(k.severity)
	k.stream.end()
	k.finish()
	return nil
}

// Close sends a line that has not ended and gives the sink up. It does not wait until
// the messages are sent; [Servers] says how long they have.
func (k *Sink) Close() error {
	k.mu.Lock()
	if k.closed {
		k.mu.Unlock()
		return nil
	}
	k.closed = true
	k.begin(k.severity)
	k.stream.end()
	k.finish()
	k.server.release()
	return nil
}

// begin makes the header for the messages that follow.
func (k *Sink) begin(severity int) {
	k.head = k.header.append(k.head[:0], severity, time.Now())
}

func (k *Sink) put(piece []byte) {
	if k.server.put(k.head, piece) {
		k.say = true
	}
}

// finish unlocks k, and then tells the log, which may end in this very sink.
func (k *Sink) finish() {
	say := k.say
	k.say = false
	k.mu.Unlock()
	if say {
		k.server.sayDropping()
	}
}
