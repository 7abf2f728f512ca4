// Package eventstream is the HTTP face on which events are followed: GET /events answers
// with a line of JSON for each, an [event.Record], as it happens, for as long as the client
// listens. A line {"lost":N} says that the client has read too slowly, and that N events are
// missing there.
//
// The query may name types of events or their families (type=PROCESS_STATE,TICK_60, also
// several times), how many of the latest events come first (back=N), and that the answer
// ends behind these (follow=false). Python's Supervisor has nothing of this.
package eventstream
