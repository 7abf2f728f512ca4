package runner

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"supervisord/internal/bus"
	"supervisord/internal/child"
	"supervisord/internal/config"
	"supervisord/internal/fcgi"
	"supervisord/internal/output"
	"supervisord/internal/output/syslog"
)

// Children makes Runners that run real children. Its fields are set before use.
type Children struct {
	Parent  *child.Parent
	Pump    *output.Pump
	Files   *output.Files
	Syslog  *syslog.Servers
	Bus     *bus.Bus
	Log     *slog.Logger
	Environ []string // the daemon's own environment
	Sockets fcgi.Sockets
	// Probe asks a program of readiness=tcp: or http: until it is up or ctx ends.
	Probe func(ctx context.Context, r config.Readiness)

	common atomic.Pointer[Common]
	after  sync.WaitGroup // what is left to do after children have died

	mu        sync.Mutex
	prompt    *output.Pump // for the answers of event listeners; nil before there are any
	standards map[*os.File]*standard
	rings     map[ringKey]*output.Ring
}

// Common is what the children to come have in common, by the configuration of the daemon.
type Common struct {
	ChildLogDir string // where AUTO logs go
	Identifier  string
	ServerURL   string // what a program finds in SUPERVISOR_SERVER_URL; may be empty
	StripANSI   bool
}

// SetCommon changes what children that are started from now on have in common.
func (c *Children) SetCommon(to Common) { c.common.Store(&to) }

// Common returns what SetCommon was given last.
func (c *Children) Common() Common {
	if common := c.common.Load(); common != nil {
		return *common
	}
	return Common{}
}

// New returns a Runner for one process.
func (c *Children) New(p *config.Program) *Runner {
	r := &Runner{children: c, checking: make(chan struct{}, 1), writing: make(chan struct{}, 1)}
	r.Configure(p)
	return r
}

// drainPatience is how long the output of a child may take to be written, on a disk that
// hangs, before other things happen without it.
const drainPatience = 10 * time.Second

// Close closes the Pump, after the Parent, and with it the pipes that some grandchild
// still holds. It returns when all output has been written, but does not wait for ever.
func (c *Children) Close() error {
	closed := make(chan error, 1)
	go func() {
		err := errors.Join(c.Pump.Close(), c.closePrompt())
		c.after.Wait()
		c.Sockets.Close() // those of processes that nobody could signal
		closed <- err
	}()
	select {
	case err := <-closed:
		return err
	case <-time.After(drainPatience):
		return errors.New("some of it is still being written, and left behind")
	}
}
