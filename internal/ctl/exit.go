package ctl

import "fmt"

// The exit codes of Python's supervisorctl, which follow those of LSB init scripts.
const (
	exitOK              = 0
	exitGeneric         = 1
	exitInvalidArgs     = 2
	exitUnimplemented   = 3
	exitNoPrivilege     = 4
	exitWrongVersion    = 5
	exitNotRunning      = 7
	exitStatusNotUp     = 3 // of status alone: a process is not up
	exitStatusUndefined = 4 // of status alone: the state could not be learnt
)

// The exit codes that Python's supervisorctl does not have: that of diff-like commands
// that find something, that of timeout(1), and that of a command that a shell sees
// ended by a signal.
const (
	exitPlanned     = 2   // of plan alone: there is something to update
	exitTimeout     = 124 // --timeout ended the wait
	exitInterrupted = 130 // Ctrl-C ended the wait
	exitTerminated  = 143 // SIGTERM ended a screen of ours
)

// ExitError carries the exit code of a command that has said all there is to say.
type ExitError struct{ Code int }

// Error describes the code, for those who print it all the same.
func (e ExitError) Error() string { return fmt.Sprintf("exit status %d", e.Code) }
