package rpc

import (
	"context"
	"strings"

	"supervisord/internal/control"
)

// APIVersion is the version of the methods below, as getAPIVersion reports it.
const APIVersion = "3.0"

// method is a row of the table of methods.
type method struct {
	names   []string // the first is the name it is known by
	result  string   // the type on the wire
	params  []param
	help    string
	anytime bool // may be called while the supervisor shuts down or restarts
	call    func(ctx context.Context, api control.API, a args) (any, error)
}

var (
	pName   = param{name: "name", doc: "a process: name or group:name"}
	pNames  = param{name: "name", doc: "a process: name or group:name; group:* for all of a group"}
	pAny    = param{name: "name", doc: "a process: name or group:name; group:* for all of a group; all"}
	pGroup  = param{name: "name", doc: "a group"}
	pWait   = param{name: "wait", kind: truth, doc: "return when it is done, not when it has begun", fallback: true}
	pSignal = param{name: "signal", kind: word, doc: "a signal: HUP, SIGHUP or 1"}
	pOffset = param{name: "offset", kind: number, doc: "where to begin, in bytes; negative: so far from the end"}
	pGroups = param{name: "groups", kind: list, doc: "names of groups; none: all", fallback: []any{}}
	pLength = param{name: "length", kind: number, doc: "how much to read, in bytes; 0: up to the end"}
	pRoom   = param{name: "length", kind: number, doc: "how much to return at most, in bytes"}
)

// supervisorMethods is the supervisor namespace. The system namespace, most of which
// is derived from this table, is in system.go.
var supervisorMethods = []method{
	{
		names: []string{"supervisor.getAPIVersion", "supervisor.getVersion"}, result: "string", call: getAPIVersion,
		help: "Return the version of this API.",
	},
	{
		names: []string{"supervisor.getSupervisorVersion"}, result: "string", call: getSupervisorVersion,
		help: "Return the version of Supervisor whose behaviour this supervisor has.",
	},
	{
		names: []string{"supervisor.getIdentification"}, result: "string", call: getIdentification,
		help: "Return the identifier that the configuration gives to this supervisor.",
	},
	{
		names: []string{"supervisor.getState"}, result: "struct", call: getState,
		help: "Return what the supervisor is doing: statecode and statename.",
	},
	{
		names: []string{"supervisor.getPID"}, result: "int", call: getPID,
		help: "Return the process id of the supervisor.",
	},
	{
		names: []string{"supervisor.readLog", "supervisor.readMainLog"}, result: "string", call: readLog,
		params: []param{pOffset, pLength},
		help:   "Return part of the supervisor's own log.",
	},
	{
		names: []string{"supervisor.clearLog"}, result: "boolean", call: clearLog,
		help: "Empty the supervisor's own log.",
	},
	{
		names: []string{"supervisor.reopenLogs"}, result: "boolean", call: reopenLogs,
		help: "Open every log anew, after others have moved them. Not a method of Python's Supervisor.",
	},
	{
		names: []string{"supervisor.shutdown"}, result: "boolean", call: shutdown,
		help: "Stop every process, then the supervisor.",
	},
	{
		names: []string{"supervisor.restart"}, result: "boolean", call: restart,
		help: "Stop every process, then begin anew from the configuration file.",
	},
	{
		names: []string{"supervisor.reloadConfig"}, result: "array", call: reloadConfig,
		help: "Read the configuration file again. Return [[added, changed, removed]]: the groups\nthat differ from those which run.",
	},
	{
		names: []string{"supervisor.addProcessGroup"}, result: "boolean", call: addProcessGroup,
		params: []param{pGroup},
		help:   "Make a group of the configuration active, and start what starts by itself.",
	},
	{
		names: []string{"supervisor.removeProcessGroup"}, result: "boolean", call: removeProcessGroup,
		params: []param{pGroup},
		help:   "Forget a group whose processes are all stopped.",
	},
	{
		names: []string{"supervisor.planUpdate"}, result: "array", call: planUpdate,
		help: "Read the configuration file again. Return what update would do: a struct for each\n" +
			"group that differs, one for each section of the daemon itself, and one for each\n" +
			"process that starts since others need it. Not a method of Python's Supervisor.",
	},
	{
		names: []string{"supervisor.scaleProgram"}, result: "array", call: scaleProgram,
		params: []param{{name: "name", doc: "a program"}, {name: "numprocs", kind: number, doc: "how many processes, at least 1"}},
		help: "Give a program another number of processes than the file says, until that changes\n" +
			"or the supervisor restarts. Return what planUpdate does. Not a method of Python's\nSupervisor.",
	},
	{
		names: []string{"supervisor.update"}, result: "array", call: update,
		params: []param{pGroups},
		help: "Read the configuration file again and make it so, touching nothing that did not\n" +
			"change. Sections of the daemon itself are left alone if there are groups. Return what planUpdate does, when what had to stop has stopped. Not a\n" +
			"method of Python's Supervisor.",
	},
	{
		names: []string{"supervisor.startAllProcesses"}, result: "array", call: startAll,
		params: []param{pWait},
		help:   "Start every process that does not run. Return how each start went.",
	},
	{
		names: []string{"supervisor.startProcess"}, result: "boolean", call: startProcess,
		params: []param{pNames, pWait},
		help:   "Start a process. For group:* the result is that of startProcessGroup.",
	},
	{
		names: []string{"supervisor.startProcessGroup"}, result: "array", call: startGroup,
		params: []param{pGroup, pWait},
		help:   "Start the processes of a group that do not run. Return how each start went.",
	},
	{
		names: []string{"supervisor.startAlone"}, result: "array", call: startAlone,
		params: []param{pAny, pWait},
		help:   "Start processes that do not run, but not what they need. Return how each start\nwent. Not a method of Python's Supervisor.",
	},
	{
		names: []string{"supervisor.stopCascade"}, result: "array", call: stopCascade,
		params: []param{pAny, pWait},
		help:   "Stop processes after those that need them. Return how each stop went. Not a\nmethod of Python's Supervisor.",
	},
	{
		names: []string{"supervisor.getDependents"}, result: "array", call: getDependents,
		params: []param{pAny},
		help:   "Return the names of the processes that run and need others, in the order in which\nthey can be stopped. Not a method of Python's Supervisor.",
	},
	{
		names: []string{"supervisor.stopAllProcesses"}, result: "array", call: stopAll,
		params: []param{pWait},
		help:   "Stop every process that runs. Return how each stop went.",
	},
	{
		names: []string{"supervisor.stopProcess"}, result: "boolean", call: stopProcess,
		params: []param{pNames, pWait},
		help:   "Stop a process. For group:* the result is that of stopProcessGroup.",
	},
	{
		names: []string{"supervisor.stopProcessGroup"}, result: "array", call: stopGroup,
		params: []param{pGroup, pWait},
		help:   "Stop the processes of a group that run. Return how each stop went.",
	},
	{
		names: []string{"supervisor.signalAllProcesses"}, result: "array", call: signalAll,
		params: []param{pSignal},
		help:   "Send a signal to every process that runs. Return how each went.",
	},
	{
		names: []string{"supervisor.signalProcess"}, result: "boolean", call: signalProcess,
		params: []param{pNames, pSignal},
		help:   "Send a signal to a process. For group:* the result is that of signalProcessGroup.",
	},
	{
		names: []string{"supervisor.signalProcessGroup"}, result: "array", call: signalGroup,
		params: []param{pGroup, pSignal},
		help:   "Send a signal to the processes of a group that run. Return how each went.",
	},
	{
		names: []string{"supervisor.getAllConfigInfo"}, result: "array", call: getAllConfigInfo,
		help: "Return the configuration of every process, active or not, by name.",
	},
	{
		names: []string{"supervisor.getAllProcessInfo"}, result: "array", call: getAllProcessInfo,
		help: "Return what getProcessInfo returns for every process, by group and name.",
	},
	{
		names: []string{"supervisor.getProcessInfo"}, result: "struct", call: getProcessInfo,
		params: []param{pName},
		help:   "Describe a process: state, times as seconds since 1970, logs, how it ended.",
	},
	{
		names: []string{"supervisor.readProcessStdoutLog", "supervisor.readProcessLog"}, result: "string",
		call: readStream(control.Stdout), params: []param{pName, pOffset, pLength},
		help: "Return part of what a process wrote to its standard output.",
	},
	{
		names: []string{"supervisor.readProcessStderrLog"}, result: "string",
		call: readStream(control.Stderr), params: []param{pName, pOffset, pLength},
		help: "Return part of what a process wrote to its standard error.",
	},
	{
		names: []string{"supervisor.tailProcessStdoutLog", "supervisor.tailProcessLog"}, result: "array",
		call: tailStream(control.Stdout), params: []param{pName, pOffset, pRoom},
		help: tailHelp("output"),
	},
	{
		names: []string{"supervisor.tailProcessStderrLog"}, result: "array",
		call: tailStream(control.Stderr), params: []param{pName, pOffset, pRoom},
		help: tailHelp("error"),
	},
	{
		names: []string{"supervisor.clearProcessLogs", "supervisor.clearProcessLog"}, result: "boolean",
		call: clearProcessLogs, params: []param{pName},
		help: "Empty the logs of a process.",
	},
	{
		names: []string{"supervisor.clearAllProcessLogs"}, result: "array", call: clearAllProcessLogs,
		help: "Empty the logs of every process. Return how each went.",
	},
	{
		names: []string{"supervisor.sendProcessStdin"}, result: "boolean", call: sendProcessStdin,
		params: []param{pName, {name: "chars", doc: "what to write, as UTF-8"}},
		help:   "Write to the standard input of a process.",
	},
	{
		names: []string{"supervisor.sendRemoteCommEvent"}, result: "boolean", call: sendRemoteCommEvent, anytime: true,
		params: []param{{name: "type", kind: word, doc: "the type of the event"}, {name: "data", kind: word, doc: "its body"}},
		help:   "Send a REMOTE_COMMUNICATION event to the event listeners.",
	},
}

func tailHelp(stream string) string {
	return "Return the end of what a process wrote to its standard " + stream + ": [text, size, overflow].\n" +
		"overflow: more was written since offset than length holds. Pass size as the next offset."
}

// signature returns what methodSignature reports: the type of the result, then those
// of the parameters, optional ones included.
func (m *method) signature() []any {
	types := []any{m.result}
	for _, p := range m.params {
		types = append(types, p.kind.wire())
	}
	return types
}

// manual returns what methodHelp reports: the help, then a line for each parameter and
// for the result, in the form that Python's documentation has.
func (m *method) manual() string {
	var b strings.Builder
	b.WriteString(m.help + "\n\n")
	for _, p := range m.params {
		b.WriteString("@param " + p.kind.wire() + " " + p.name + " " + p.doc + "\n")
	}
	b.WriteString("@return " + m.result + "\n")
	return b.String()
}
