package event

// Type is the name of an event type, as in the events= of an event listener.
type Type string

// The event types that are sent, and the abstract ones that stand for a family.
const (
	Any Type = "EVENT"

	ProcessState         Type = "PROCESS_STATE"
	ProcessStateStopped  Type = "PROCESS_STATE_STOPPED"
	ProcessStateExited   Type = "PROCESS_STATE_EXITED"
	ProcessStateStarting Type = "PROCESS_STATE_STARTING"
	ProcessStateStopping Type = "PROCESS_STATE_STOPPING"
	ProcessStateBackoff  Type = "PROCESS_STATE_BACKOFF"
	ProcessStateFatal    Type = "PROCESS_STATE_FATAL"
	ProcessStateRunning  Type = "PROCESS_STATE_RUNNING"
	ProcessStateUnknown  Type = "PROCESS_STATE_UNKNOWN"

	ProcessCommunication       Type = "PROCESS_COMMUNICATION"
	ProcessCommunicationStdout Type = "PROCESS_COMMUNICATION_STDOUT"
	ProcessCommunicationStderr Type = "PROCESS_COMMUNICATION_STDERR"

	ProcessLog       Type = "PROCESS_LOG"
	ProcessLogStdout Type = "PROCESS_LOG_STDOUT"
	ProcessLogStderr Type = "PROCESS_LOG_STDERR"

	RemoteCommunication Type = "REMOTE_COMMUNICATION"

	SupervisorStateChange         Type = "SUPERVISOR_STATE_CHANGE"
	SupervisorStateChangeRunning  Type = "SUPERVISOR_STATE_CHANGE_RUNNING"
	SupervisorStateChangeStopping Type = "SUPERVISOR_STATE_CHANGE_STOPPING"

	Tick     Type = "TICK"
	Tick5    Type = "TICK_5"
	Tick60   Type = "TICK_60"
	Tick3600 Type = "TICK_3600"

	ProcessGroup        Type = "PROCESS_GROUP"
	ProcessGroupAdded   Type = "PROCESS_GROUP_ADDED"
	ProcessGroupRemoved Type = "PROCESS_GROUP_REMOVED"
)

// Families maps every type but Any to the abstract type above it. It is empty for a type
// that belongs to no family.
var Families = families()

func families() map[Type]Type {
	above := make(map[Type]Type, len(Table))
	for _, r := range Table {
		if r.Type != Any {
			above[r.Type] = r.Parent
		}
	}
	return above
}

// IsType reports whether name is an event type, abstract ones included.
func IsType(name string) bool {
	_, ok := Families[Type(name)]
	return ok || Type(name) == Any
}

// Is reports whether t is of type other or belongs to its family.
func (t Type) Is(other Type) bool {
	for ; t != ""; t = Families[t] {
		if t == other {
			return true
		}
	}
	return false
}
