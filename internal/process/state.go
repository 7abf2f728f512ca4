package process

import (
	"fmt"
	"time"
)

// Restart says when a process that exited from Running is started again.
type Restart int

// The values of autorestart.
const (
	Never      Restart = iota // false
	Unexpected                // when its exit code is not one of Policy.ExitCodes
	Always                    // true
)

// SIGKILL is the number of the signal that no process survives.
const SIGKILL = 9

// SIGABRT is the number of the signal that tells a hung process to end and to leave a
// core behind.
const SIGABRT = 6

// Policy is the part of a program's configuration that Next consults.
type Policy struct {
	StartSecs time.Duration // a start counts as a success after this long
	// AwaitReady says that a start counts as a success when Ready comes, whatever
	// StartSecs is, and as failed if it has not come ReadyTimeout after the spawn; zero
	// waits for ever.
	AwaitReady   bool
	ReadyTimeout time.Duration
	StartRetries int // failed starts in a row that are followed by another
	AutoRestart  Restart
	ExitCodes    []int // exit codes that are expected
	// StopSignals are sent one after the other, StopWait apart, then SIGKILL.
	StopSignals []int
	StopWait    time.Duration
	// KillWait is the time between a SIGKILL and the next; zero means StopWait.
	KillWait time.Duration
	// RetryWait is how long a failed start is from the next.
	RetryWait RetryWait
	// RestartLimit bounds the automatic starts of a process that exits from Running.
	RestartLimit Limit
	// RestartPause is the least time between an exit and the automatic start after it.
	RestartPause time.Duration
	// RespawnFloor is the least time between two automatic starts of a process that
	// exits from Running, so that a program with startsecs=0 that ends at once does
	// not spin. Python has none.
	RespawnFloor time.Duration
	StopAsGroup  bool // stop signals go to the process group
	KillAsGroup  bool // SIGKILL goes to the process group
}

// Exit is how a child ended.
type Exit struct {
	Code   int    // the exit status; -1 when a signal ended it
	Signal string // SIGTERM and so on when a signal ended it
	Core   bool   // whether it dumped core
}

// String describes the exit in the words of Python's log.
func (e Exit) String() string {
	switch {
	case e.Signal != "" && e.Core:
		return "terminated by " + e.Signal + " (core dumped)"
	case e.Signal != "":
		return "terminated by " + e.Signal
	}
	return fmt.Sprintf("exit status %d", e.Code)
}

// State is all that Next remembers between two inputs. It is a value: comparable,
// printable, and the zero State is a process that was never started.
type State struct {
	Phase    Phase
	PID      int       // zero while no child is alive
	Since    time.Time // when Phase was entered
	Deadline time.Time // when Next wants a Tick; zero for never
	Started  time.Time // when the last child was spawned or its spawn failed; zero for never
	Ended    time.Time // when the last child died; zero for never
	Failures int       // starts in a row that did not reach Running
	Exit     Exit      // of the last child, cleared by the next start
	SpawnErr string    // why the last start or run failed, cleared by the next start
	Draining bool      // the supervisor shuts down: nothing starts any more
	Failing  bool      // it is being stopped because its start has failed
	StopStep int       // how many of Policy.StopSignals have been sent
	// Restarts is how many automatic starts count towards Policy.RestartLimit, the first
	// of them at CountedSince.
	Restarts     int
	CountedSince time.Time
}

// RestartPending reports whether the process has exited and is about to be started
// again by itself.
func (s State) RestartPending() bool { return s.Phase == Exited && !s.Deadline.IsZero() }

// ExitStatus returns what clients are told of the last child: its exit status, -1 when a
// signal ended it, and zero while it runs. Python forgets the status of a child that
// ended too quickly, and so does this; Exit has it.
func (s State) ExitStatus() int {
	if s.SpawnErr == TooQuick {
		return 0
	}
	return s.Exit.Code
}

// spawning reports whether a Spawn has not been answered yet.
func (s State) spawning() bool { return s.PID == 0 && (s.Phase == Starting || s.Phase == Stopping) }
