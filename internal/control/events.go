package control

import "supervisord/internal/event"

// EventQuery says which events somebody wants to see.
type EventQuery struct {
	// Types are the names of event types or of their families; none: all.
	Types []event.Type
	// Back is how many of the latest events come first. The supervisor remembers a hundred,
	// and of these PROCESS_STATE, PROCESS_GROUP, SUPERVISOR_STATE_CHANGE and
	// REMOTE_COMMUNICATION alone.
	Back int
	// Follow asks for what happens from now on, too.
	Follow bool
}

// Event is an event in a stream, or word of events that are missing there.
type Event struct {
	event.Record
	// Lost is how many events are missing at this place because they were not read fast
	// enough. If it is not 0 there is no Record.
	Lost uint64 `json:"lost,omitempty"`
}
