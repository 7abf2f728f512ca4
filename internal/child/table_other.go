//go:build unix && !linux

package child

import "errors"

// table is that of the program's descriptors: a thread cannot have its own here.
type table struct{}

func ownTable(bool) (*table, error) { return nil, errors.ErrUnsupported }

func (*table) lend(fds []uintptr) ([]uintptr, error) { return fds, nil }

func (*table) giveBack([]uintptr) {}
