package unixsocket

import (
	"io/fs"
	"os"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The file of a socket is at no time more accessible than asked for, even with umask 0.
func TestSocketBeginsWithItsMode(t *testing.T) {
	path := t.TempDir() + "/s"
	defer syscall.Umask(syscall.Umask(0))
	f, err := bind(path, 0o640)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fs.ModeSocket|0o640, info.Mode()); diff != "" {
		t.Error(diff)
	}
}
