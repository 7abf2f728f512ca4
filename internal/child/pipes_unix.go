//go:build unix

package child

import (
	"slices"

	"golang.org/x/sys/unix"
)

// pipes are the two ends of each standard stream of a child that is about to be. They
// are plain descriptors: a thousand idle pipes in the runtime's poller cost more than
// the pipes do.
type pipes struct {
	stdin, stdout, stderr                int // the supervisor's ends, non-blocking
	childStdin, childStdout, childStderr int
	childExtra                           int // see Spec.Extra
}

// openPipes makes the pipes of a child. Without a stderr of its own the child's
// stderr is its stdout. stdin takes the place of the first pipe, unless it is none, and
// is closed as that would be.
func openPipes(stdin int, joinStderr bool, owner *Credential) (*pipes, error) {
	p := &pipes{none, none, none, stdin, none, none, none}
	var err error
	if stdin == none {
		err = pipe(&p.childStdin, &p.stdin, &p.childStdin, owner)
	}
	if err == nil {
		err = pipe(&p.stdout, &p.childStdout, &p.childStdout, owner)
	}
	if err == nil && !joinStderr {
		err = pipe(&p.stderr, &p.childStderr, &p.childStderr, owner)
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// pipe makes a pipe from w to r. child is the end that goes to the child: it is opened
// again for both, see the package comment, and the other is made non-blocking. The
// pipe belongs to the child's user, so that the child can open /dev/stdout.
func pipe(r, w, child *int, owner *Credential) error {
	var fd [2]int
	if err := pipe2(&fd); err != nil {
		return err
	}
	*r, *w = fd[0], fd[1]
	ours := *r
	if child == r {
		ours = *w
	}
	if owner != nil {
		if err := unix.Fchown(*child, owner.UID, owner.GID); err != nil {
			return err
		}
	}
	*child = reopenBoth(*child)
	return unix.SetNonblock(ours, true)
}

// childFiles returns the descriptors 0, 1 and 2 of the child, and the extra one if there
// is one.
func (p *pipes) childFiles() []uintptr {
	stderr := p.childStderr
	if stderr == none {
		stderr = p.childStdout
	}
	files := []uintptr{uintptr(p.childStdin), uintptr(p.childStdout), uintptr(stderr)}
	if p.childExtra != none {
		files = append(files, uintptr(p.childExtra))
	}
	return files
}

// placed returns what childFiles has returned in the places that the child has them in.
func placed(files []uintptr, extraFD int) []uintptr {
	const standard = 3
	if len(files) == standard {
		return files
	}
	all := slices.Clone(files[:standard])
	for len(all) < extraFD {
		all = append(all, ^uintptr(0)) // closed
	}
	return append(all, files[standard])
}

func (p *pipes) closeChild() { closeAll(p.childStdin, p.childStdout, p.childStderr, p.childExtra) }

func (p *pipes) close() {
	p.closeChild()
	closeAll(p.stdin, p.stdout, p.stderr)
}

func closeAll(fds ...int) {
	for _, fd := range fds {
		if fd != none {
			_ = unix.Close(fd) // a pipe without data of its own: nothing can be lost
		}
	}
}
