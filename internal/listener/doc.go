// Package listener brings events to event listeners, as Python's Supervisor does (its
// manual, "Events").
//
// A [Conversation] is what one listener process has said so far: a pure state machine
// that is fed with its stdout. A [Pool] is the queue of one [eventlistener:x], with a
// [Member] for each of its processes: the first that is ready gets the oldest event, and
// whatever goes wrong with it brings the event back to the head of the queue. [Pools]
// numbers events as they are accepted.
//
// Nothing here blocks and nothing has a goroutine of its own: an event is sent on the
// goroutine that publishes it, or on the one that has read the answer to the one before.
package listener
