package process

import "time"

// Input is something that happened to a process or is asked of it.
//
//sumtype:decl
type Input interface{ input() }

// The inputs.
type (
	// Start asks for a start. It changes nothing where a start would be refused.
	Start struct{}
	// Stop asks for an orderly stop.
	Stop struct{}
	// Hold says that the supervisor shuts down: nothing starts any more. The process
	// goes on as it is until its turn to stop has come.
	Hold struct{}
	// Drain is Hold, and Stop: its turn has come. From BACKOFF it leads to FATAL.
	Drain struct{}
	// Tick says that State.Deadline may have passed.
	Tick struct{}
	// Spawned answers Spawn: the child is there.
	Spawned struct{ PID int }
	// SpawnFailed answers Spawn: there is no child, and Reason says why.
	SpawnFailed struct{ Reason string }
	// Ready says that the child is up, where Policy.AwaitReady wants to be told.
	Ready struct{}
	// Extend says that the child asks for time to get up: that much from now on, if that is
	// later than Policy.ReadyTimeout allows.
	Extend struct{ For time.Duration }
	// Hung says that the child lives but does no work any more, and why one thinks so.
	Hung struct{ Reason string }
	// Died says how the child ended.
	Died struct{ Exit Exit }
	// SignalFailed says that a Kill could not be carried out, though the child lives: an
	// ESRCH is none, since Died is then on its way.
	SignalFailed struct{ Reason string }
)

func (Start) input()        {}
func (Stop) input()         {}
func (Hold) input()         {}
func (Drain) input()        {}
func (Tick) input()         {}
func (Spawned) input()      {}
func (SpawnFailed) input()  {}
func (Ready) input()        {}
func (Extend) input()       {}
func (Hung) input()         {}
func (Died) input()         {}
func (SignalFailed) input() {}

// Effect is something the caller of Next must do.
//
//sumtype:decl
type Effect interface{ effect() }

// The effects.
type (
	// Spawn asks for a child.
	Spawn struct{}
	// Kill asks for a signal to the child, or to its process group.
	Kill struct {
		PID, Signal int
		Group       bool
		Forced      bool // a SIGKILL because the stop signals did not help
	}
	// Changed reports a change of phase.
	Changed struct {
		From, To Phase
		PID      int  // of the child the change is about; zero if there is none
		Tries    int  // Failures when the change was made
		Expected bool // To is Exited: whether the exit code is one of Policy.ExitCodes
	}
)

func (Spawn) effect()   {}
func (Kill) effect()    {}
func (Changed) effect() {}
