package event

import (
	"fmt"
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
	switch {
	case e.Type.Is(ProcessState):
		return e.statePayload()
	case e.Type.Is(ProcessGroup):
		return "groupname:" + e.Group + "\n"
	case e.Type.Is(ProcessLog):
		return e.logPayload()
	case e.Type.Is(ProcessCommunication):
		return e.communicationPayload()
	case e.Type == RemoteCommunication:
		return "type:" + e.Kind + "\n" + e.Data
	case periods[e.Type] != 0:
		return fmt.Sprintf("when:%d", e.At.Unix()-e.At.Unix()%periods[e.Type])
	}
	return ""
}

func (e Event) statePayload() string {
	body := fmt.Sprintf("processname:%s groupname:%s from_state:%s", e.Process, e.Group, e.Change.From)
	switch e.Change.To {
	case process.Starting, process.Backoff:
		return fmt.Sprintf("%s tries:%d", body, e.Change.Tries)
	case process.Exited:
		expected := 0
		if e.Change.Expected {
			expected = 1
		}
		return fmt.Sprintf("%s expected:%d pid:%d", body, expected, e.Change.PID)
	case process.Running, process.Stopping, process.Stopped:
		return fmt.Sprintf("%s pid:%d", body, e.Change.PID)
	case process.Fatal, process.Unknown: // nothing more is known
	}
	return body
}
