package child

import (
	"slices"

	"supervisord/internal/process"
)

// early keeps the exits of unknown pids while forks are going on: a new child may have
// ended before its pid is known here. Once every fork that was going on has ended, what
// nobody has claimed is the exit of a stranger. The zero value is ready for use.
type early struct {
	begun  uint64   // forks so far
	going  []uint64 // the numbers of those that have not ended, ascending
	failed int      // forks without a child that ended while others went on
	exits  map[int]earlyExit
}

// earlyExit is the exit of a child of one of the forks up to number last, or of a stranger.
type earlyExit struct {
	exit process.Exit
	last uint64
}

// begin notes a fork that is about to be, and returns its number.
func (e *early) begin() uint64 {
	e.begun++
	e.going = append(e.going, e.begun)
	return e.begun
}

// keep keeps an exit if its pid may be that of a new child, and reports whether it did.
func (e *early) keep(pid int, exit process.Exit) bool {
	if len(e.going) == 0 {
		return false
	}
	if e.exits == nil {
		e.exits = make(map[int]earlyExit)
	}
	e.exits[pid] = earlyExit{exit, e.begun}
	return true
}

// execFailed is the exit status of a child of syscall.ForkExec that could not become
// the program. ForkExec waits for it, but the reaper may be faster.
const execFailed = 253

// end notes the end of a fork, whose child's exit has been taken from here, and returns the
// exits that are those of strangers for certain. A fork that has failed had a child that
// is nobody's business.
func (e *early) end(number uint64, failed bool) (strangers map[int]process.Exit) {
	e.going = slices.DeleteFunc(e.going, func(n uint64) bool { return n == number })
	if failed {
		e.failed++
	}
	for pid, kept := range e.exits {
		if len(e.going) > 0 && e.going[0] <= kept.last {
			continue
		}
		delete(e.exits, pid)
		if e.failed > 0 && kept.exit.Code == execFailed {
			e.failed--
			continue
		}
		if strangers == nil {
			strangers = make(map[int]process.Exit)
		}
		strangers[pid] = kept.exit
	}
	if len(e.going) == 0 {
		e.failed = 0
	}
	return strangers
}
