//go:build unix

package daemon

import (
	"os"
	"os/signal"
	"syscall"
)

// left are the signals the daemon leaves alone: those that cannot be caught or tell of
// a fault of its own, those of the runtime and the reaper, and those of a terminal's
// job control.
var left = map[syscall.Signal]bool{
	syscall.SIGKILL: true, syscall.SIGSTOP: true,
	syscall.SIGSEGV: true, syscall.SIGBUS: true, syscall.SIGFPE: true, syscall.SIGILL: true,
	syscall.SIGTRAP: true, syscall.SIGABRT: true, syscall.SIGSYS: true,
	syscall.SIGCHLD: true, syscall.SIGURG: true,
	syscall.SIGTSTP: true, syscall.SIGCONT: true, syscall.SIGTTIN: true, syscall.SIGTTOU: true,
	syscall.SIGWINCH: true,
}

// lastSignal is the highest number that a signal has on any system.
const lastSignal = 64

// catchSignals returns a channel of all signals that would otherwise end the daemon and
// leave its programs behind, and a function that stops it.
func catchSignals() (<-chan os.Signal, func()) {
	c := make(chan os.Signal, 16)
	for n := syscall.Signal(1); n <= lastSignal; n++ {
		if !left[n] {
			signal.Notify(c, n)
		}
	}
	return c, func() { signal.Stop(c) }
}

// meanings are the signals that ask for something; the others are ignored.
var meanings = map[os.Signal]request{
	syscall.SIGTERM: exit,
	syscall.SIGINT:  exit,
	syscall.SIGQUIT: exit,
	syscall.SIGHUP:  restart,
	syscall.SIGUSR2: reopen,
	syscall.SIGPIPE: nothing, // whoever wrote has got the error
}
