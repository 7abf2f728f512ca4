//go:build unix

package ctl

import (
	"context"
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// waitReadable returns when a read of f would not block, or when ctx ends. It asks by
// select, which knows terminals on every system; poll does not on Darwin.
func waitReadable(ctx context.Context, f *os.File) error {
	ended, end, err := os.Pipe()
	if err != nil {
		return err
	}
	defer ended.Close()
	stop := context.AfterFunc(ctx, func() { end.Close() })
	defer func() {
		if stop() {
			end.Close()
		}
	}()
	in, wake := int(f.Fd()), int(ended.Fd())
	if wake >= unix.FD_SETSIZE {
		return unix.EMFILE
	}
	for ctx.Err() == nil {
		var set unix.FdSet
		set.Set(in)
		set.Set(wake)
		if _, err := unix.Select(max(in, wake)+1, &set, nil, nil, nil); errors.Is(err, unix.EINTR) {
			continue
		} else if err != nil {
			return err
		}
		if set.IsSet(in) && ctx.Err() == nil {
			return nil
		}
	}
	return ctx.Err()
}
