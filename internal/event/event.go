package event

import (
	"strings"
	"time"

	"supervisord/internal/process"
)

// Event is one thing that happened. The bus gives it its Serial.
type Event struct {
	Serial uint64    // position on the one timeline, from 0
	At     time.Time // when it happened
	Type   Type
	// Process and Group name what the event is about; empty where it is about neither.
	Process, Group string
	// Change is set for PROCESS_STATE events.
	Change process.Changed
	// PID is that of the process, for PROCESS_LOG and PROCESS_COMMUNICATION.
	PID int
	// Kind is what the sender of a REMOTE_COMMUNICATION gave.
	Kind string
	// Data is what that sender gave, or the process wrote.
	Data string
}

// States gives the event type of each phase.
var States = map[process.Phase]Type{
	process.Stopped:  ProcessStateStopped,
	process.Starting: ProcessStateStarting,
	process.Running:  ProcessStateRunning,
	process.Backoff:  ProcessStateBackoff,
	process.Stopping: ProcessStateStopping,
	process.Exited:   ProcessStateExited,
	process.Fatal:    ProcessStateFatal,
	process.Unknown:  ProcessStateUnknown,
}

// OfChange returns the event of a process that changed its phase.
func OfChange(at time.Time, group, name string, c process.Changed) Event {
	return Event{At: at, Type: States[c.To], Process: name, Group: group, Change: c}
}

// periods gives the length of the timeslices that a TICK begins, in seconds.
var periods = map[Type]int64{Tick5: 5, Tick60: 60, Tick3600: 3600}

// Payload returns the body that a listener reads, as in Python's manual, "Event
// Types".
func (e Event) Payload() string {
	var b strings.Builder
	for i, f := range e.fields() {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(f.Key)
		b.WriteByte(':')
		b.WriteString(f.Value)
	}
	if e.Type.Is(ProcessGroup) || e.hasData() {
		b.WriteByte('\n')
	}
	b.WriteString(e.data())
	return b.String()
}

// hasData reports whether events of that type carry data behind the keys.
func (e Event) hasData() bool {
	return e.Type == RemoteCommunication || e.Type.Is(ProcessLog) || e.Type.Is(ProcessCommunication)
}
