package event

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"supervisord/internal/process"
)

// The lines of the daemon's log that Python's Supervisor writes too, in its words:
// people's log watchers match them.

// Spawned says that a child is there.
func Spawned(name string, pid int) string { return fmt.Sprintf("spawned: '%s' with pid %d", name, pid) }

// SpawnErr says why there is no child.
func SpawnErr(reason string) string { return "spawnerr: " + reason }

// EnteredRunning says that a start was a success.
func EnteredRunning(name string, startSecs time.Duration) string {
	return fmt.Sprintf("success: %s entered RUNNING state, process has stayed up for > than %s seconds (startsecs)",
		name, seconds(startSecs))
}

// EnteredReady says that a start was a success since the program is ready. Python has no
// such line.
func EnteredReady(name string) string {
	return fmt.Sprintf("success: %s entered RUNNING state, it is ready (readiness)", name)
}

// seconds prints whole seconds as Python does and fractions, which it lacks, too.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64)
}

// EndedTooQuickly says that a child died before startsecs.
func EndedTooQuickly(name string, e process.Exit) string { return Exited(name, e, false) }

// Exited says that a process ended by itself.
func Exited(name string, e process.Exit, expected bool) string {
	if expected {
		return fmt.Sprintf("exited: %s (%s; expected)", name, e)
	}
	return fmt.Sprintf("exited: %s (%s; not expected)", name, e)
}

// NotStarted says that a process is not started, since what it needs has failed, and how
// that stands. Python has no such line.
func NotStarted(name, reason string) string {
	return fmt.Sprintf("not started: %s, it needs %s", name, reason)
}

// Hung says that a process, which lives, is ended because it does no work any more.
// Python has no such line.
func Hung(name, reason string) string { return fmt.Sprintf("hung: %s (%s)", name, reason) }

// WatchdogTriggered is why a process counts as hung that says so itself.
const WatchdogTriggered = "it says so (WATCHDOG=trigger)"

// NoSignOfLife is why a process counts as hung that says nothing any more.
func NoSignOfLife(within time.Duration) string {
	return fmt.Sprintf("no WATCHDOG=1 within %s seconds (watchdog_secs)", seconds(within))
}

// Stopped says that a process ended because it was told to.
func Stopped(name string, e process.Exit) string { return fmt.Sprintf("stopped: %s (%s)", name, e) }

// GaveUp says that nobody tries to start the process any more. Reason is
// [TooManyRetries] or what Python does not have.
func GaveUp(name, reason string) string {
	return fmt.Sprintf("gave up: %s entered FATAL state, %s", name, reason)
}

// TooManyRetries is why a process is given up after startretries.
const TooManyRetries = "too many start retries too quickly"

// Killing says that the stop signals did not help.
func Killing(name string, pid int) string {
	return fmt.Sprintf("killing '%s' (%d) with SIGKILL", name, pid)
}

// SignalFailed says that a process could not be signalled, so that nobody knows what it
// does.
func SignalFailed(name, reason string) string {
	return fmt.Sprintf("unknown problem killing %s: %s", name, reason)
}

// WaitingToStop says on whom a client's stop still waits.
func WaitingToStop(name string) string { return fmt.Sprintf("waiting for %s to stop", name) }

// WaitingToDie says on whom the shutdown still waits.
func WaitingToDie(names []string) string {
	return fmt.Sprintf("waiting for %s to die", strings.Join(names, ", "))
}

// ReapedUnknown says that a child of somebody else ended and was collected here.
func ReapedUnknown(pid int, e process.Exit) string {
	return fmt.Sprintf("reaped unknown pid %d (%s)", pid, e)
}

// ExitRequested says which signal ends the daemon.
func ExitRequested(signal string) string {
	return fmt.Sprintf("received %s indicating exit request", signal)
}

// RestartRequested says which signal restarts the daemon.
func RestartRequested(signal string) string {
	return fmt.Sprintf("received %s indicating restart request", signal)
}

// RestartIgnored says that a restart was asked for while the daemon shuts down.
func RestartIgnored(signal string) string {
	return fmt.Sprintf("ignored %s indicating restart request (shutdown in progress)", signal)
}

// ReopenRequested says which signal reopens the logs.
func ReopenRequested(signal string) string {
	return fmt.Sprintf("received %s indicating log reopen request", signal)
}

// OutputOf repeats what a program wrote, for the level debug.
func OutputOf(name string, channel Channel, data []byte) string {
	return fmt.Sprintf("'%s' %s output:\n%s", name, channel, data)
}

// SignalIgnored says that a signal, which would end another program, means nothing here.
func SignalIgnored(signal string) string { return fmt.Sprintf("ignored %s", signal) }

// LogReopen says that all logs are opened anew.
const LogReopen = "supervisord logreopen"

// Included says that a further file belongs to the configuration.
func Included(file string) string {
	return fmt.Sprintf("Included extra file \"%s\" during parsing", file)
}

// DaemonStarted is the daemon's first line once it runs.
func DaemonStarted(pid int) string { return fmt.Sprintf("supervisord started with pid %d", pid) }

// InterfaceReady says that a server answers XML-RPC.
func InterfaceReady(name string) string { return fmt.Sprintf("RPC interface '%s' initialized", name) }

// NoAuthentication warns of a server without a password.
func NoAuthentication(section string) string {
	return fmt.Sprintf("Server '%s' running without any HTTP authentication checking", section)
}

// CreatingSocket says that a FastCGI program's socket is being opened.
func CreatingSocket(url string) string { return "Creating socket " + url }

// ClosingSocket says that a FastCGI program's socket is being closed.
func ClosingSocket(url string) string { return "Closing socket " + url }
