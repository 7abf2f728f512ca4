//go:build !linux

package host

// BecomeSubreaper does nothing and says so: only Linux gives orphans to another process
// than the first.
func BecomeSubreaper() error {
	return unsupported("subreaper")
}
