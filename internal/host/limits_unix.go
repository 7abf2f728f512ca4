//go:build unix

package host

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"supervisord/internal/host/startlimit"
)

// RaiseLimits makes room for at least minfds open files and minprocs processes, and
// returns a line for the log for each limit it has raised. It raises the hard limit too
// where that is needed and allowed, and never lowers any. Programs inherit the limits:
// those the daemon was started with, or the raised ones.
//
// The error is for the user and says which limit stands in the way.
//
// Python's manual: "minfds: the minimum number of file descriptors that must be
// available before supervisord will start successfully." Python has changed its user by
// then, so only ours can raise a hard limit for a daemon with user=.
func RaiseLimits(minfds, minprocs int) (msgs []string, err error) {
	for _, r := range []struct {
		resource, want  int
		raised, refused string
	}{
		{unix.RLIMIT_NOFILE, minfds, raisedOpenFiles, refusedOpenFiles},
		{unix.RLIMIT_NPROC, minprocs, raisedProcesses, refusedProcesses},
	} {
		now, err := limitOfChildren(r.resource)
		if err != nil {
			return msgs, fmt.Errorf("resource limit %d: %w", r.resource, err)
		}
		raised, changed := now.raise(uint64(max(r.want, 0)))
		if !changed {
			continue
		}
		if err := setLimit(r.resource, raised); err != nil {
			return msgs, fmt.Errorf(r.refused, r.want, now.hard)
		}
		msgs = append(msgs, fmt.Sprintf(r.raised, r.want))
	}
	return msgs, nil
}

// limitOfChildren returns the limit that children get if nothing is done.
func limitOfChildren(resource int) (limit, error) {
	var own syscall.Rlimit
	if err := syscall.Getrlimit(resource, &own); err != nil {
		return limit{}, err
	}
	// The fields are signed on some systems.
	l := limit{soft: uint64(own.Cur), hard: uint64(own.Max)} //nolint:unconvert // needed there
	if resource == unix.RLIMIT_NOFILE {
		return openFilesOfChildren(l)
	}
	return l, nil
}

// openFilesOfChildren turns our own limit on open files into that of our children.
//
// Go has raised our soft limit to one below the hard one when the process started, and
// as long as it stands there, Go gives children the first value back. Setting the limit
// through package syscall ends that: from then on children get what we have.
//
// Where the first value is not known, ours is made the children's, which may be more
// than Python's would get, but is not less than minfds.
func openFilesOfChildren(own limit) (limit, error) {
	start, known := startlimit.OpenFiles()
	if !known {
		return own, setLimit(unix.RLIMIT_NOFILE, own)
	}
	if own.soft == own.hard-1 && own.hard == start.Hard {
		return limit{soft: start.Soft, hard: start.Hard}, nil
	}
	return own, nil
}
