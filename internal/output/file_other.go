//go:build !unix

package output

import (
	"errors"
	"os"
)

// openFlags are not needed here.
const openFlags = 0

// renamesOpenFiles says that a file may be renamed while it is open.
const renamesOpenFiles = false

// linked reports whether file still has a name: here an open file cannot lose it.
func linked(*os.File) bool { return true }

// giveTo gives file the owner that info tells of, which is not known here.
func giveTo(*os.File, os.FileInfo) error { return errors.ErrUnsupported }
