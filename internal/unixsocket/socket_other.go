//go:build !unix

package unixsocket

import (
	"errors"
	"fmt"
	"log/slog"
)

// Listen has no owners and modes to protect a socket with.
func Listen(Spec, *slog.Logger) (*Socket, error) {
	return nil, fmt.Errorf("unix sockets on this operating system: %w", errors.ErrUnsupported)
}
