//go:build unix

package host

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// DropPrivileges gives the process, all its threads, to another user for good, and
// returns a line for the log. uid, gid and groups are the user's own; groups are all his
// groups, the primary one among them, and replace those of the daemon. HOME, USER and
// the like stay as they are.
//
// Nothing happens but the line if the process is the user's already. The error of a
// daemon that is not root is Python's; any other error leaves the process half way
// between the two users, and the daemon must end.
func DropPrivileges(uid, gid int, groups []int) (msg string, err error) {
	msg = fmt.Sprintf("Set uid to user %d succeeded", uid)
	if os.Getuid() == uid && os.Geteuid() == uid {
		return msg, nil
	}
	if os.Getuid() != 0 {
		return "", errors.New("Can't drop privilege as nonroot user") //nolint:staticcheck // Python's words
	}
	// The user comes last: without root's rights the groups cannot be changed. The
	// functions of package syscall, unlike bare system calls, change every thread.
	if err := syscall.Setgroups(groups); err != nil {
		return "", fmt.Errorf("set groups of user %d: %w", uid, err)
	}
	if err := syscall.Setgid(gid); err != nil {
		return "", fmt.Errorf("set gid of user %d: %w", uid, err)
	}
	if err := syscall.Setuid(uid); err != nil {
		return "", fmt.Errorf("set uid to user %d: %w", uid, err)
	}
	// With odd securebits the rights outlive the change of user.
	if syscall.Setuid(0) == nil {
		return "", fmt.Errorf("set uid to user %d: the process could become root again", uid)
	}
	return msg, nil
}
