package process

import "fmt"

// Phase is the state of a process as the manual of Supervisor names it ("Process
// States"), numbered as on the wire.
type Phase int

// The phases.
const (
	Stopped  Phase = 0    // never started, or stopped on request
	Starting Phase = 10   // spawned, but not up for startsecs yet
	Running  Phase = 20   // up
	Backoff  Phase = 30   // ended too quickly; waits for the next try
	Stopping Phase = 40   // told to stop; not dead yet
	Exited   Phase = 100  // ended by itself from Running
	Fatal    Phase = 200  // could not be started; nobody tries any more
	Unknown  Phase = 1000 // could not be signalled; what it does is not known
)

// Phases lists every phase in the order of their numbers.
var Phases = []Phase{Stopped, Starting, Running, Backoff, Stopping, Exited, Fatal, Unknown}

// String returns the name that the clients show.
func (p Phase) String() string {
	switch p {
	case Stopped:
		return "STOPPED"
	case Starting:
		return "STARTING"
	case Running:
		return "RUNNING"
	case Backoff:
		return "BACKOFF"
	case Stopping:
		return "STOPPING"
	case Exited:
		return "EXITED"
	case Fatal:
		return "FATAL"
	case Unknown:
		return "UNKNOWN"
	}
	return fmt.Sprintf("Phase(%d)", int(p))
}

// IsRunning reports whether p counts as running: a start is refused, a stop is not.
func (p Phase) IsRunning() bool { return p == Starting || p == Running || p == Backoff }

// IsStopped reports whether p counts as stopped: nothing is left to stop, and the
// process may be removed.
func (p Phase) IsStopped() bool { return p == Stopped || p == Exited || p == Fatal || p == Unknown }

// IsSignallable reports whether a client may send a signal to a process in p.
func (p Phase) IsSignallable() bool { return p == Running || p == Starting || p == Stopping }
