//go:build !linux

package startlimit

// OpenFiles returns the limit on open files as it was when the process started.
// It reports false, for it is not known here.
func OpenFiles() (Limit, bool) {
	return Limit{}, false
}
