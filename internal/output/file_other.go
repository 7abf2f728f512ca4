//go:build !unix

package output

import "os"

const (
	openFlags = 0
	readFlags = 0

	// renamesOpenFiles says that a file may be renamed while it is open.
	renamesOpenFiles = false
)

// linked reports whether file still has a name: here an open file cannot lose it.
func linked(*os.File) bool { return true }
