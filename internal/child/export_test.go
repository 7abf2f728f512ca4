package child

import (
	"time"

	"supervisord/internal/process"
)

// SetLimits makes a Parent less patient with preparations than it is. To be called
// before the first start.
func (p *Parent) SetLimits(patience, limit time.Duration) { p.patience, p.limit = patience, limit }

// Early is early.
type Early = early

// ExecFailed is execFailed.
const ExecFailed = execFailed

// Begin is begin.
func (e *early) Begin() uint64 { return e.begin() }

// Keep is keep.
func (e *early) Keep(pid int, exit process.Exit) bool { return e.keep(pid, exit) }

// End is end.
func (e *early) End(number uint64, failed bool) map[int]process.Exit { return e.end(number, failed) }
