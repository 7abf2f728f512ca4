// Package event names what happens: the event types of Supervisor with their
// hierarchy, the text of their payloads, and the words in which the daemon's log
// speaks of the same things.
//
// An [Event] is a value with a serial number. Types, payloads and words are those of
// Python's Supervisor 4.x (its manual, "Events"), because listeners and log watchers
// match them letter by letter.
package event

//go:generate env UPDATE=1 go test -run ^TestGenerated$ .
