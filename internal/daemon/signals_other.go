//go:build !unix

package daemon

import (
	"os"
	"os/signal"
)

// catchSignals returns a channel of the signals that ask the daemon to end, and a
// function that stops it.
func catchSignals() (<-chan os.Signal, func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	return c, func() { signal.Stop(c) }
}

// meanings are the signals that ask for something.
var meanings = map[os.Signal]request{os.Interrupt: exit}
