//go:build !unix

package ctl

import (
	"context"
	"os"
)

// waitReadable cannot look ahead on this system. It returns at once, and the read waits;
// at least that of a console ends by Ctrl-C.
func waitReadable(ctx context.Context, _ *os.File) error { return ctx.Err() }
