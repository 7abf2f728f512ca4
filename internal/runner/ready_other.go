//go:build !unix

package runner

import "errors"

// reportPipe needs descriptors that a child can inherit.
type reportPipe struct{}

func (*reportPipe) open() (int, error) { return 0, errors.ErrUnsupported }
func (*reportPipe) await(func())       {}
func (*reportPipe) interrupt()         {}
func (*reportPipe) rest(func())        {}
func (*reportPipe) close()             {}

func openNull() (int, error) { return 0, errors.ErrUnsupported }
