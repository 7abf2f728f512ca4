package httpd

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"syscall"

	"golang.org/x/sys/windows"
)

const addressInUse = windows.WSAEADDRINUSE

// errnoName has no table to look names up in.
func errnoName(number syscall.Errno) string { return "error " + strconv.Itoa(int(number)) }

// openUnix has no owners and modes to protect a socket with.
func openUnix(spec Spec, _ *slog.Logger) (*listener, error) {
	return nil, fmt.Errorf("%s: unix sockets on Windows: %w", spec.Section, errors.ErrUnsupported)
}
