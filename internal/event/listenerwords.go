package event

import (
	"fmt"
	"time"
)

// The lines about event listeners; see words.go.

// ListenerState says where the conversation with a listener stands.
func ListenerState(name string, from, to fmt.Stringer) string {
	return fmt.Sprintf("%s: %s -> %s", name, from, to)
}

// SentTo says that a listener was given an event.
func SentTo(serial uint64, name string) string {
	return fmt.Sprintf("event %d sent to listener %s", serial, name)
}

// ProcessedBy says that a listener's result was OK.
func ProcessedBy(name string) string { return name + ": event was processed" }

// RejectedBy says that a listener's result was another.
func RejectedBy(name string) string { return name + ": event was rejected" }

// BadResultLine says what a listener wrote instead of a result.
func BadResultLine(name, line string) string {
	return fmt.Sprintf("%s: bad result line: %s", name, bytesLiteral(line)[1:])
}

// ListenerUnknown says that nothing is expected of a listener any more.
func ListenerUnknown(name string) string {
	return name + ": has entered the UNKNOWN state and will no longer receive events, " +
		"this usually indicates the process violated the eventlistener protocol"
}

// ListenerIsDeaf says that a listener has closed its standard input.
func ListenerIsDeaf(serial uint64, name string) string {
	return fmt.Sprintf("epipe occurred while sending event %d to listener %s, listener state unchanged", serial, name)
}

// ListenerHangs says that a listener is given up. Python's daemon has no such line.
func ListenerHangs(name string, serial uint64, timeout time.Duration) string {
	return fmt.Sprintf("%s: no result for event %d within %s seconds (event_timeout)", name, serial, seconds(timeout))
}

// Rebuffering says that an event goes back to the head of the queue of its pool.
func Rebuffering(serial uint64, pool string, waiting, size int) string {
	return fmt.Sprintf("rebuffering event %d for pool %s (buf size=%d, max=%d)", serial, pool, waiting, size)
}

// PoolOverflow says which event was lost because too many wait.
func PoolOverflow(pool string, serial uint64) string {
	return fmt.Sprintf("pool %s event buffer overflowed, discarding event %d", pool, serial)
}
