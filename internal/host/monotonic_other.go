//go:build !linux

package host

// monotonicLine returns nothing: the service manager that wants the time is on Linux.
func monotonicLine() string {
	return ""
}
