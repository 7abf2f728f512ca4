//go:build !unix

package fcgi

import (
	"errors"
	"fmt"
	"log/slog"
)

func open(Spec, *slog.Logger) (listener, error) {
	return nil, fmt.Errorf("sockets for programs on this operating system: %w", errors.ErrUnsupported)
}

func duplicate(uintptr) (int, error) { return none, errors.ErrUnsupported }
