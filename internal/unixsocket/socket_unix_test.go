//go:build unix

package unixsocket

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

var discard = slog.New(slog.DiscardHandler)

func TestTemporaryPath(t *testing.T) {
	long := "/run/" + strings.Repeat("x", maxPath-len("/run/"))
	deep := "/" + strings.Repeat("d", maxPath-len("//s")) + "/s"
	for _, test := range []struct{ path, want string }{
		{"/run/s.sock", "/run/s.sock.4194304"},
		{long[:maxPath-8], long[:maxPath-8] + ".4194304"},
		{long[:maxPath-7], long[:maxPath-8] + ".4194304"},
		{long, long[:maxPath-8] + ".4194304"},
		{long + "x", ""},
		{deep, ""},
	} {
		got, err := temporaryPath(test.path, 4194304)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.path, diff)
		}
		if (err == nil) != (test.want != "") {
			t.Errorf("%s: %v", test.path, err)
		}
	}
}

func TestLongestPath(t *testing.T) {
	dir := t.TempDir()
	path := dir + "/" + strings.Repeat("s", maxPath-len(dir)-1)
	spec := Spec{Path: path, Mode: 0o700, UID: -1, GID: -1}
	s, err := Listen(spec, discard)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := connect(path); err != nil {
		t.Error(err)
	}
	spec.Path += "s"
	if _, err := Listen(spec, discard); err == nil || !strings.Contains(err.Error(), "the path of a socket may have ") {
		t.Errorf("one byte more: %v", err)
	}
}

// Until it has its mode and owner nobody can connect to a socket.
func TestBoundSocketRefuses(t *testing.T) {
	path := t.TempDir() + "/s"
	f, err := bind(path, 0o777)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := connect(path); err != unix.ECONNREFUSED {
		t.Errorf("connect: %v", err)
	}
}

func TestPublishDoesNotReplace(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/new", "new")
	write(t, dir+"/old", "old")
	if err := publish(os.Link, dir+"/new", dir+"/old"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error: %v", err)
	}
	if diff := cmp.Diff([]string{"new", "old"}, list(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestPublishWithoutHardLinks(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/temporary", "new")
	noLinks := func(string, string) error { return syscall.EPERM }
	if err := publish(noLinks, dir+"/temporary", dir+"/name"); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"name"}, list(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// A directory at the name of the lock.
func TestFailedListenCleansUp(t *testing.T) {
	dir := t.TempDir()
	spec := Spec{Path: dir + "/s", Mode: 0o700, UID: -1, GID: -1}
	if err := os.Mkdir(dir+"/s.opening", 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Listen(spec, discard)
	if err == nil || !errors.Is(err, syscall.EISDIR) {
		t.Errorf("a directory in the lock's place: %v", err)
	}
	if diff := cmp.Diff([]string{"s.opening"}, list(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// A lock that somebody holds means that he is about to own the socket.
func TestLockIsHeldByAnother(t *testing.T) {
	dir := t.TempDir()
	spec := Spec{Path: dir + "/s", Mode: 0o700, UID: -1, GID: -1}
	unlock, err := lock(spec.Path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(spec, discard); !errors.Is(err, ErrInUse) {
		t.Errorf("error: %v", err)
	}
	unlock()
	s, err := Listen(spec, discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string(nil), list(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// A lock's file is removed when it is released; who had opened it before must not take
// the nameless file for the lock.
func TestLockExcludes(t *testing.T) {
	path := t.TempDir() + "/s"
	var holders atomic.Int32
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for taken := 0; taken < 200; {
				unlock, err := lock(path)
				if errors.Is(err, ErrInUse) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				taken++
				if holders.Add(1) != 1 {
					t.Error("two hold the lock")
				}
				runtime.Gosched()
				holders.Add(-1)
				unlock()
			}
		})
	}
	group.Wait()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(dir + "/*")
	if err != nil {
		t.Fatal(err)
	}
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	return names
}
