package client

import (
	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/process"
)

// The types of the supervisor's interface, for those who cannot import it.
type (
	// API is what a supervisor can be asked.
	API = control.API
	// Selector names one process, the processes of a group, or all.
	Selector = control.Selector
	// Wait says when a start or a stop returns.
	Wait = control.Wait
	// Info describes one process at one moment.
	Info = control.Info
	// Phase is the state of a process.
	Phase = process.Phase
	// Restart says when a process that exited is started again.
	Restart = process.Restart
	// Result says how a request ended for one process among several.
	Result = control.Result
	// LogName names a log.
	LogName = control.LogName
	// LogStream names one of the outputs of a process.
	LogStream = control.LogStream
	// Tail is the end of a log.
	Tail = control.Tail
	// Diff names the groups in which a configuration file differs from what runs.
	Diff = control.Diff
	// Plan is what an update does, or has done.
	Plan = control.Plan
	// SectionPlan is what becomes of a section of the daemon itself.
	SectionPlan = control.SectionPlan
	// GroupPlan is what becomes of a group.
	GroupPlan = control.GroupPlan
	// NeededStart is a process that starts since others need it.
	NeededStart = control.NeededStart
	// ProcessPlan is what becomes of a process.
	ProcessPlan = control.ProcessPlan
	// OptionChange is an option that gets another value.
	OptionChange = control.OptionChange
	// SupervisorInfo describes the supervisor itself.
	SupervisorInfo = control.SupervisorInfo
	// Mood is what the supervisor as a whole is doing.
	Mood = control.Mood
	// ProgramInfo is the configuration of one process.
	ProgramInfo = control.ProgramInfo
	// LogInfo is the configuration of one output of a process.
	LogInfo = control.LogInfo
	// EventQuery says which events somebody wants to see.
	EventQuery = control.EventQuery
	// Event is an event in a stream, or word of events that are missing there.
	Event = control.Event
	// EventType is the name of an event type, or of a family of them.
	EventType = event.Type
	// Fault is a request that was understood and refused.
	Fault = control.Fault
	// Code is the number of a fault.
	Code = control.Code
)

// When a start or a stop returns.
const (
	NoWait   = control.NoWait
	WaitDone = control.WaitDone
)

// The outputs of a process.
const (
	Stdout = control.Stdout
	Stderr = control.Stderr
)

// The states of a process.
const (
	Stopped  = process.Stopped
	Starting = process.Starting
	Running  = process.Running
	Backoff  = process.Backoff
	Stopping = process.Stopping
	Exited   = process.Exited
	Fatal    = process.Fatal
	Unknown  = process.Unknown
)

// The codes of faults.
const (
	UnknownMethod        = control.UnknownMethod
	IncorrectParameters  = control.IncorrectParameters
	BadArguments         = control.BadArguments
	SignatureUnsupported = control.SignatureUnsupported
	ShutdownState        = control.ShutdownState
	BadName              = control.BadName
	BadSignal            = control.BadSignal
	NoFile               = control.NoFile
	NotExecutable        = control.NotExecutable
	Failed               = control.Failed
	AbnormalTermination  = control.AbnormalTermination
	SpawnError           = control.SpawnError
	AlreadyStarted       = control.AlreadyStarted
	NotRunning           = control.NotRunning
	AlreadyAdded         = control.AlreadyAdded
	StillRunning         = control.StillRunning
	CantReread           = control.CantReread
)

// All selects every process.
func All() Selector { return control.All() }

// OfGroup selects the processes of a group.
func OfGroup(name string) Selector { return control.OfGroup(name) }

// ParseSelector reads a name as clients write it: name, group:name or group:*.
func ParseSelector(name string) Selector { return control.ParseSelector(name) }

// NewFault returns a fault, to compare others with by errors.Is.
func NewFault(c Code, detail string) *Fault { return control.NewFault(c, detail) }
