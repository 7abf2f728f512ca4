// Package webhook posts events to a URL as JSON: an event listener without a process.
//
// A [Hook] takes its events from the bus into a queue of bounded size, and posts one after
// the other, so that they arrive in their order. What fails is tried again, ever more
// seldom and with jitter, or when the server's Retry-After says; after eight attempts, or
// an answer that will not get better, the event is given up. Nobody waits for a hook:
// when its queue is full the oldest event is lost, which is counted and said in the log.
// What gets into the log names the server, never the path, the query or a password.
package webhook
