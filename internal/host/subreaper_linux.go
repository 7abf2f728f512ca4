package host

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// BecomeSubreaper makes orphans among the descendants of the process its children, as
// they are for PID 1, so that the daemon learns of their end and can reap them. Programs
// do not inherit the role.
func BecomeSubreaper() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become subreaper: %w", err)
	}
	return nil
}
