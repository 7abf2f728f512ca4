//go:build !linux

package readiness

import (
	"os"
	"path/filepath"
)

// socketName returns the path of a file that is not there yet.
func socketName(secret string) (string, error) {
	return filepath.Join(os.TempDir(), "supervisord-"+secret), nil
}
