package supervise

import (
	"context"

	"supervisord/internal/child"
	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/output"
	"supervisord/internal/process"
)

// Runner starts and signals the children of one process, one at a time. Start, Signal,
// Logs, Files and Ring are called by the loop and must not block.
type Runner interface {
	// Start starts a child in the background, in its turn. It answers through post with one Spawned
	// or SpawnFailed, and after Spawned, once the child's output has been written, with
	// one Died. post may block.
	Start(rank child.Rank, post func(process.Input))
	// Configure says how the children to come are run; for the first, NewRunner of Options
	// has. It is called while there is no child.
	Configure(p *config.Program)
	// Signal sends a signal to the child or to its process group. It returns
	// child.ErrGone if the child has ended.
	Signal(pid, signal int, group bool) error
	// Check reports why a start would fail, as a fault. It may block until ctx ends.
	Check(ctx context.Context) *control.Fault
	// WriteStdin writes to the standard input of the child. It may block for a moment, but
	// not beyond the end of ctx.
	WriteStdin(ctx context.Context, data []byte) error
	// Logs returns the paths of the two logs, files or devices; empty where there is none.
	Logs() (stdout, stderr string)
	// Files returns the paths of all files that an output is written to.
	Files(stream control.LogStream) []string
	// Ring returns what keeps the latest output of a stream that no file keeps. It is nil
	// where there is a file, and for stderr that is part of stdout.
	Ring(stream control.LogStream) *output.Ring
}

// rester is a Runner that wants to know when its process has come to rest: it has no child,
// and none is started unless somebody asks for it.
type rester interface {
	// Rest is called by the loop, perhaps again and again, and must not block.
	Rest()
}

// limiter is a Runner that can change the limits of log files that are open.
type limiter interface {
	// Limit applies the limits of a configuration whose other options wait. It is called by
	// the loop and must not block.
	Limit(next *config.Program)
}

// teller is a Runner whose child may say what it is doing.
type teller interface {
	// Status returns what it says, empty for nothing. It may be called from any goroutine.
	Status() string
}
