package control

import (
	"context"
	"iter"
)

// Wait says when a start or a stop returns.
type Wait int

// The values of Wait.
const (
	// NoWait returns when the child is spawned or signalled, or that has failed.
	NoWait Wait = iota
	// WaitDone returns when the process runs or is stopped, or that has failed.
	WaitDone
)

// API is the supervisor, as everybody but its own loop sees it. Its methods may be
// called from any goroutine and block no other caller.
//
// A Selector that names one process makes a method fail with that process's fault; one
// that names a group or all returns a Result for each process that was eligible.
type API interface {
	// Status describes the selected processes, sorted by group and name.
	Status(ctx context.Context, sel Selector) ([]Info, error)
	// Start starts the selected processes that are not running, and what they need first.
	Start(ctx context.Context, sel Selector, w Wait) ([]Result, error)
	// StartAlone starts the selected processes that are not running, whatever they need.
	StartAlone(ctx context.Context, sel Selector, w Wait) ([]Result, error)
	// Stop stops the selected processes that are running or wait for their start.
	Stop(ctx context.Context, sel Selector, w Wait) ([]Result, error)
	// StopCascade is Stop after those have stopped that need the selected processes. It
	// returns a Result for each, also if sel names one process.
	StopCascade(ctx context.Context, sel Selector, w Wait) ([]Result, error)
	// Dependents returns the processes that run, or wait for their start, and need a
	// selected one, or one that needs it: in the order in which they can be stopped.
	Dependents(ctx context.Context, sel Selector) ([]Selector, error)
	// Signal sends a signal, named or numbered as in Python's manual, to the selected
	// processes; never to their process groups.
	Signal(ctx context.Context, sel Selector, signal string) ([]Result, error)
	// WriteStdin writes chars to the standard input of one process.
	WriteStdin(ctx context.Context, sel Selector, chars string) error

	// ReadLog returns part of a log, with Python's rules for offset and length, in bytes.
	ReadLog(ctx context.Context, log LogName, offset, length int64) ([]byte, error)
	// TailLog returns the end of a log, with Python's rules for offset and length.
	TailLog(ctx context.Context, log LogName, offset, length int64) (Tail, error)
	// FollowLog yields what is written to a log from now on until ctx ends, beginning back
	// bytes before its end. A log that is not there is a fault at once. An error among the
	// chunks is the last. A chunk is valid until the next; the sequence is for one reader,
	// once.
	FollowLog(ctx context.Context, log LogName, back int64) (iter.Seq2[[]byte, error], error)
	// ClearLogs empties the logs of the selected processes.
	ClearLogs(ctx context.Context, sel Selector) ([]Result, error)
	// ClearMainLog empties the daemon's own log.
	ClearMainLog(ctx context.Context) error
	// ReopenLogs opens every log anew, after others have moved them.
	ReopenLogs(ctx context.Context) error

	// Config describes the configuration of every process, sorted by process name.
	Config(ctx context.Context) ([]ProgramInfo, error)
	// Reread reads the configuration file again and says what differs from what runs.
	Reread(ctx context.Context) (Diff, error)
	// Plan reads the configuration file again and says what Update would do. It changes
	// nothing.
	Plan(ctx context.Context) (Plan, error)
	// Update reads the configuration file again and makes it so, for all groups or those
	// named: nothing is touched that did not change. It returns when what had to stop has
	// stopped and been replaced; that goes on if ctx ends before. A file with any problem
	// changes nothing and is the fault CantReread, a name that is no group BadName. An update
	// that a shutdown cuts short is the fault ShutdownState.
	Update(ctx context.Context, groups []string) (Plan, error)
	// Scale gives a program another number of processes, at least one, than the file says,
	// until the file says another or the supervisor restarts. It is an update of nothing
	// else. An unknown program is the fault BadName.
	Scale(ctx context.Context, program string, n int) (Plan, error)
	// AddGroup makes a group of the configuration active.
	AddGroup(ctx context.Context, name string) error
	// RemoveGroup forgets an active group, all of whose processes are stopped.
	RemoveGroup(ctx context.Context, name string) error
	// Publish sends a REMOTE_COMMUNICATION event.
	Publish(ctx context.Context, kind, data string) error
	// Events yields events in their order, until ctx ends if the query says Follow. A type
	// that is not there is the fault BadArguments at once. An error among the events is the
	// last. Who reads slowly holds up nobody, and loses the oldest. The sequence is for one
	// reader, once, and has to be read or its ctx to be ended.
	Events(ctx context.Context, q EventQuery) (iter.Seq2[Event, error], error)

	// Supervisor describes the supervisor itself.
	Supervisor(ctx context.Context) (SupervisorInfo, error)
	// Shutdown begins an orderly end of the supervisor and returns.
	Shutdown(ctx context.Context) error
	// Restart begins an orderly stop of everything, after which the supervisor starts
	// anew from its configuration file, and returns.
	Restart(ctx context.Context) error
}
