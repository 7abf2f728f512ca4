//go:build !unix

package host

// Daemonize fails: a service manager keeps daemons here.
func Daemonize(args, env []string) (exitCode int, err error) {
	return 1, unsupported("daemonize")
}

// DaemonChild reports false, since there is no Daemonize.
func DaemonChild() (*Readiness, bool) {
	return nil, false
}

// Ready fails as Daemonize does.
func (r *Readiness) Ready() error {
	return unsupported("daemonize")
}
