package child

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"supervisord/internal/process"
)

// Credential is the user a child runs as.
type Credential struct {
	UID, GID int
	Groups   []int // supplementary groups; the user's own, never the daemon's
}

// Spec is all that Parent needs to start a child.
type Spec struct {
	Name        string // of the process, for error texts
	Command     string // as written in the configuration; split by Words
	Dir         string // working directory; empty: the daemon's
	Umask       *os.FileMode
	Environment Environment
	// Credential returns the user to run as; nil, or a nil result, means the daemon's
	// own. It may block.
	Credential func() (*Credential, error)
	Rank       Rank // whom it may be forked beside
	// JoinStderr gives the child one pipe for both its outputs.
	JoinStderr bool

	// Stdin returns the descriptor that the child gets as its stdin instead of a pipe; nil:
	// a pipe. Parent closes it after the fork. It may block; its error is that of the start.
	Stdin func() (int, error)

	// Extra returns a descriptor that the child gets as ExtraFD, which is at least 3; nil:
	// none. Otherwise it is as Stdin.
	Extra   func() (int, error)
	ExtraFD int

	// Open prepares what takes the child's output. It may block; an error fails the
	// start. It is called once, before the fork.
	Open func() error
	// Started is told of the child. Its pipes belong to the receiver. It must not block.
	Started func(*Child)
	// Failed is told why there is no child. It must not block.
	Failed func(error)
	// Exited is told how the child ended, after Started has returned. It must not block.
	Exited func(process.Exit)
}

// Child is a process that was started. Its descriptors are the supervisor's ends of
// its pipes, in non-blocking mode.
type Child struct {
	PID    int
	Stdin  int // -1 if Spec.Stdin gave it something else
	Stdout int
	Stderr int // -1 if the outputs are joined
}

// cause strips the operation and the path from an error of package os.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// ExecError says that the child was forked but could not become the program. Python
// writes this text to the child's stderr and lets it end with exit status 127.
type ExecError struct{ text string }

// Error returns the reason, such as "couldn't chdir to /x: ENOENT".
func (e *ExecError) Error() string { return e.text }

// CannotSwitch says that a child cannot run as the user it should.
func CannotSwitch(uid int, why string) error {
	return &ExecError{fmt.Sprintf("couldn't setuid to %d: %s", uid, why)}
}
