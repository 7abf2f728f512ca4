//go:build !linux

package host

import (
	"errors"
	"fmt"
	"runtime"
)

// unsupported says that option, as the user spells it, cannot work on this system.
func unsupported(option string) error {
	return fmt.Errorf("%s: %w on %s", option, errors.ErrUnsupported, runtime.GOOS)
}
