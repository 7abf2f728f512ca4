package host

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// What may happen between the steps of CreatePidfile.

func TestPidfileReplacedAfterItWasOpened(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"nothing":      func(string) error { return nil },
		"another file": func(path string) error { return os.WriteFile(path, []byte("1\n"), 0o600) },
		"a link to it": func(path string) error { return os.Symlink(path+".old", path) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "s.pid")
			f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|openFlags, 0o600)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if err := errors.Join(os.Rename(path, path+".old"), put(path)); err != nil {
				t.Fatal(err)
			}
			if err := fill(f, path); !errors.Is(err, errReplaced) {
				t.Errorf("got %v, want %v", err, errReplaced)
			}
			if info, err := f.Stat(); err != nil || info.Size() != 0 {
				t.Errorf("the old file was written to: %v, %v", info, err)
			}
		})
	}
}

func TestPidfileBecomesALinkBeforeItIsOpened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.pid")
	if err := os.Symlink(path+".target", path); err != nil {
		t.Fatal(err)
	}
	_, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|openFlags, 0o600)
	if !errors.Is(err, unix.ELOOP) {
		t.Errorf("got %v, want %v", err, unix.ELOOP)
	}
}
