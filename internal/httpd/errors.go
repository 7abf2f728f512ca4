package httpd

import (
	"errors"
	"fmt"
	"syscall"

	"supervisord/internal/unixsocket"
)

// ErrInUse says that another program listens at the address. The text is Python's, which
// is why it is no fragment as our own errors are.
var ErrInUse = errors.New("Another program is already listening on a port that one of our HTTP servers " + //nolint:staticcheck // Python's text
	"is configured to use.  Shut this program down first before starting supervisord.")

// inUse is ErrInUse with the address, which Python leaves to the reader's imagination.
func inUse(spec Spec) error {
	return fmt.Errorf("%w (%s: %s)", ErrInUse, spec.Section, spec.Address)
}

// socketError explains why there is no unix socket: what the kernel says and what we say
// ourselves.
func socketError(spec Spec, err error) error {
	if errors.Is(err, unixsocket.ErrInUse) {
		return inUse(spec)
	}
	if _, ok := errors.AsType[syscall.Errno](err); ok {
		return bindError(spec, err)
	}
	return fmt.Errorf("%s: %w", spec.Section, err)
}

// bindError explains in Python's words why a server could not be opened, and adds the
// section and the operation that failed.
func bindError(spec Spec, err error) error {
	number, ok := errors.AsType[syscall.Errno](err)
	if !ok {
		return fmt.Errorf("Cannot open an HTTP server: %s: %w", spec.Section, err) //nolint:staticcheck // Python's text
	}
	if number == addressInUse {
		return inUse(spec)
	}
	return fmt.Errorf("Cannot open an HTTP server: socket.error reported %s (%d): %s: %w", //nolint:staticcheck // Python's text
		errnoName(number), int(number), spec.Section, err)
}
