//go:build unix && !linux

package child

// alive cannot be found out here: it takes the pid for the child's.
func alive(int) bool { return false }
