package child

import (
	"errors"

	"golang.org/x/sys/unix"
)

// alive reports whether there is a child of that pid that has not been reaped: an exit
// that came early may be that of a stranger who had the pid before.
func alive(pid int) bool {
	return !errors.Is(unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil), unix.ECHILD)
}
