package host

// daemonVariable marks the process that Daemonize has started. Its value is the number of
// the descriptor on which that process says that it is ready.
const daemonVariable = "SUPERVISORD_DAEMON_PIPE"

// Readiness is how the daemon in the background lets go of its caller. Only DaemonChild
// makes one, and one goroutine may use it.
type Readiness struct {
	pipe int // -1 once used
}
