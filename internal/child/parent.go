package child

import (
	"errors"
	"log/slog"
	"os"
	"sync"
	"time"

	"supervisord/internal/process"
)

// ahead is how many children are prepared while an earlier one is being forked: enough
// to keep the spawners busy, few enough not to need many threads.
const ahead = 4

// patience is how long the spawners wait for a child whose turn it is but whose
// preparation (a command on a file system that does not answer) takes its time. After
// that the others go first.
const patience = time.Second

// limit is how long a preparation may take before the start has failed.
const limit = 30 * time.Second

// ErrGone says that there is no such child any more.
var ErrGone = errors.New("no such process")

// Parent starts, signals and reaps children. Its methods may be called from any
// goroutine. There may be only one in a program, since it collects every exit.
type Parent struct {
	log *slog.Logger
	// detaches says that the program gives up its stderr.
	detaches bool
	orphan   func(pid int, e process.Exit)
	// patience and limit are those of the constants, but in tests.
	patience, limit time.Duration

	queue queue
	turns turns
	tells tells
	end   chan struct{}

	spawners sync.WaitGroup
	tables   sync.WaitGroup // of descriptors that spawners are still to get
	work     sync.WaitGroup // tellAll, the reaper and those who wait for late starts

	// mu is held over each reap and each signal, so that no signal reaches a pid that
	// was given to somebody else. It is not held over a fork, which lasts as long as the
	// kernel needs to load the program.
	mu       sync.Mutex
	children map[int]*entry
	early    early
}

// entry is a child that has not been reaped, or whose end was not yet announced. It
// does not keep the Spec, most of which is of no use once the child runs.
type entry struct {
	exited    func(process.Exit)
	announced bool          // Started has returned
	exit      *process.Exit // the child has ended
}

// Start starts a child in the background and reports through the functions of s.
// Children are forked in the order of the calls, those of one Rank side by side, and
// reports come in that order; only one whose preparation hangs lets others go first.
// Start never blocks.
func (p *Parent) Start(s *Spec) {
	p.queue.push(&job{spec: s, ready: make(chan struct{})})
}

// Running returns how many children have not been reaped.
func (p *Parent) Running() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.children)
}

// job is a start in progress.
type job struct {
	spec  *Spec
	begun time.Time     // when its preparation began; set under turns.mu
	ready chan struct{} // closed when the fields below are set

	file string
	argv []string
	env  []string
	cred *Credential
	err  error
	pipes
}

// prepare does all that may block before the fork.
func (j *job) prepare() {
	defer close(j.ready)
	s := j.spec
	if j.env, j.err = s.Environment.List(); j.err != nil {
		return
	}
	if s.Dir != "" {
		_, _ = os.Stat(s.Dir) // a file system that does not answer hangs here, not in the fork
	}
	if j.file, j.argv, j.err = Lookup(s.Command, Path(j.env), s.Dir); j.err != nil {
		return
	}
	if s.Open != nil {
		if j.err = s.Open(); j.err != nil {
			j.err = outputError(s.Name, j.err)
			return
		}
	}
	if s.Credential != nil {
		if j.cred, j.err = s.Credential(); j.err != nil {
			return
		}
	}
	stdin := none
	if s.Stdin != nil {
		if stdin, j.err = s.Stdin(); j.err != nil {
			return
		}
	}
	if j.openPipes(stdin); j.err == nil && s.Extra != nil {
		j.openExtra()
	}
}

// none is the descriptor of what is not there.
const none = -1

// waitReady waits for a job until its preparation has taken too long, and reports whether
// it is ready. It does not wait if hurry is set.
func (p *Parent) waitReady(j *job, hurry bool) bool {
	select {
	case <-j.ready:
		return true
	default:
		if hurry {
			return false
		}
	}
	timer := time.NewTimer(p.patience - time.Since(j.begun))
	defer timer.Stop()
	select {
	case <-j.ready:
		return true
	case <-timer.C:
		return false
	}
}

// Rank says which children may be forked side by side: neighbours in the order of the
// starts that have the same. One that differs is forked when all before it have been.
type Rank struct{ Group, Program int }

// queue holds the starts that wait for their turn. It has no limit, so that whoever
// asks for a start never blocks; every process has at most one in it.
type queue struct {
	mu   sync.Mutex
	jobs []*job
	some chan struct{} // holds a token while jobs may be non-empty
}

func (q *queue) push(j *job) {
	q.mu.Lock()
	q.jobs = append(q.jobs, j)
	q.mu.Unlock()
	select {
	case q.some <- struct{}{}:
	default:
	}
}

// pop returns the first job, nil if there is none.
func (q *queue) pop() *job {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.jobs) == 0 {
		q.jobs = nil
		return nil
	}
	j := q.jobs[0]
	q.jobs[0] = nil
	q.jobs = q.jobs[1:]
	return j
}
