//go:build !linux

package host

// UnmapIdleCode does nothing here.
func UnmapIdleCode() error { return nil }
