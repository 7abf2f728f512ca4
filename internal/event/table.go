package event

// Row describes one event type, for manuals and for those who check names.
type Row struct {
	Type   Type
	Parent Type   // the abstract type above it; empty for Any, and for one that is wanted by its name only
	Doc    string // one line
	Keys   []string
	// Data says what follows the line of Keys; empty if nothing does.
	Data string
	// Abstract types are only subscribed to: they are never sent.
	Abstract bool
}

// The keys of payloads.
const (
	keyProcess  = "processname"
	keyGroup    = "groupname"
	keyFrom     = "from_state"
	keyTries    = "tries"
	keyExpected = "expected"
	keyPID      = "pid"
	keyChannel  = "channel"
	keyKind     = "type"
	keyWhen     = "when"
)

// Table has every event type of Supervisor 4.x, in the order of its manual, "Event
// Types". [Families], the names that events= takes and the manual are made of it.
var Table = []Row{
	{Type: Any, Abstract: true, Doc: "Every event of the types in this table."},

	{Type: ProcessState, Parent: Any, Abstract: true, Doc: "A process has moved from one state to another."},
	{
		Type: ProcessStateStopped, Parent: ProcessState, Keys: []string{keyProcess, keyGroup, keyFrom, keyPID},
		Doc: "A process has stopped because it was told to. pid is 0 if there was none.",
	},
	{
		Type: ProcessStateExited, Parent: ProcessState, Keys: []string{keyProcess, keyGroup, keyFrom, keyExpected, keyPID},
		Doc: "A process that ran has ended. expected is 1 if its exit code is one of exitcodes, and else 0.",
	},
	{
		Type: ProcessStateStarting, Parent: ProcessState, Keys: []string{keyProcess, keyGroup, keyFrom, keyTries},
		Doc: "A process is being started. tries counts the attempts before that failed.",
	},
	{
		Type: ProcessStateStopping, Parent: ProcessState, Keys: []string{keyProcess, keyGroup, keyFrom, keyPID},
		Doc: "A process has been told to stop.",
	},
	{
		Type: ProcessStateBackoff, Parent: ProcessState, Keys: []string{keyProcess, keyGroup, keyFrom, keyTries},
		Doc: "A process did not stay up for startsecs, or could not be started at all.",
	},
	{
		Type: ProcessStateFatal, Parent: ProcessState, Keys: []string{keyProcess, keyGroup, keyFrom},
		Doc: "A process has failed to start more than startretries times; nobody tries again.",
	},
	{
		Type: ProcessStateRunning, Parent: ProcessState, Keys: []string{keyProcess, keyGroup, keyFrom, keyPID},
		Doc: "A process has stayed up for startsecs.",
	},
	{
		Type: ProcessStateUnknown, Parent: ProcessState, Keys: []string{keyProcess, keyGroup, keyFrom},
		Doc: "A process could not be signalled, so that nobody knows what it does.",
	},

	{Type: ProcessCommunication, Parent: Any, Abstract: true, Doc: "A process has sent a message between Supervisor's two tokens."},
	{
		Type: ProcessCommunicationStdout, Parent: ProcessCommunication, Keys: []string{keyProcess, keyGroup, keyPID},
		Data: "what the process wrote between the tokens", Doc: "The message came on stdout, with stdout_capture_maxbytes.",
	},
	{
		Type: ProcessCommunicationStderr, Parent: ProcessCommunication, Keys: []string{keyProcess, keyGroup, keyPID},
		Data: "what the process wrote between the tokens", Doc: "The message came on stderr, with stderr_capture_maxbytes.",
	},

	{Type: ProcessLog, Parent: Any, Abstract: true, Doc: "A process has written to its log."},
	{
		Type: ProcessLogStdout, Parent: ProcessLog, Keys: []string{keyProcess, keyGroup, keyPID, keyChannel},
		Data: "up to 64 KiB of what the process wrote", Doc: "It wrote to stdout, with stdout_events_enabled.",
	},
	{
		Type: ProcessLogStderr, Parent: ProcessLog, Keys: []string{keyProcess, keyGroup, keyPID, keyChannel},
		Data: "up to 64 KiB of what the process wrote", Doc: "It wrote to stderr, with stderr_events_enabled.",
	},

	{
		Type: RemoteCommunication, Parent: Any, Keys: []string{keyKind},
		Data: "what the caller gave", Doc: "A client has called sendRemoteCommEvent.",
	},

	{Type: SupervisorStateChange, Parent: Any, Abstract: true, Doc: "The supervisor itself has moved from one state to another."},
	{Type: SupervisorStateChangeRunning, Parent: SupervisorStateChange, Doc: "The supervisor begins to start programs. The payload is empty."},
	{Type: SupervisorStateChangeStopping, Parent: SupervisorStateChange, Doc: "The supervisor begins to stop programs, to end or to restart. The payload is empty."},

	{Type: Tick, Parent: Any, Abstract: true, Doc: "Time has passed."},
	{Type: Tick5, Parent: Tick, Keys: []string{keyWhen}, Doc: "A slice of 5 seconds has begun, at the Unix time when."},
	{Type: Tick60, Parent: Tick, Keys: []string{keyWhen}, Doc: "A slice of 60 seconds has begun, at the Unix time when."},
	{Type: Tick3600, Parent: Tick, Keys: []string{keyWhen}, Doc: "A slice of 3600 seconds has begun, at the Unix time when."},

	{Type: ProcessGroup, Parent: Any, Abstract: true, Doc: "A process group has come or gone."},
	{Type: ProcessGroupAdded, Parent: ProcessGroup, Keys: []string{keyGroup}, Doc: "A process group was added, at the start too."},
	{Type: ProcessGroupRemoved, Parent: ProcessGroup, Keys: []string{keyGroup}, Doc: "A process group was removed."},
}

// Names returns the names of all types, in the order of Table.
func Names() []string {
	names := make([]string, len(Table))
	for i, r := range Table {
		names[i] = string(r.Type)
	}
	return names
}

// Everything returns the types that stand for all others: Any, and those that belong to
// no family.
func Everything() []Type {
	var all []Type
	for _, r := range Table {
		if r.Parent == "" {
			all = append(all, r.Type)
		}
	}
	return all
}
