package readiness

// socketName returns a name without a file, which vanishes with its socket.
func socketName(secret string) (string, error) { return "@supervisord/notify/" + secret, nil }
