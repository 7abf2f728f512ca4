//go:build !unix

package host

// RaiseLimits does nothing where a process has no such limits: there is always room.
func RaiseLimits(minfds, minprocs int) (msgs []string, err error) {
	return nil, nil
}
