//go:build unix && !linux

package child_test

// roles are played on Linux alone.
var roles map[string]func() error
