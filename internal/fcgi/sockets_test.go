//go:build unix

package fcgi_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"supervisord/internal/fcgi"
)

// sockets returns Sockets and what they say.
func sockets(t *testing.T) (s *fcgi.Sockets, said func() []string) {
	t.Helper()
	var text bytes.Buffer
	plain := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
			return slog.Attr{}
		}
		return a
	}}
	s = &fcgi.Sockets{Log: slog.New(slog.NewTextHandler(&text, plain))}
	t.Cleanup(s.Close)
	return s, func() []string {
		s.Close()
		return strings.Split(strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(text.String(), "msg=", ""), `"`, "")), "\n")
	}
}

func unixAt(t *testing.T) (fcgi.Spec, string) {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "fcgi")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return fcgi.Spec{Socket: "unix://" + dir + "/s", Mode: 0o700}, dir + "/s"
}

// take copies a socket and closes the copy at the end of the test.
func take(t *testing.T, s *fcgi.Sockets, spec fcgi.Spec) int {
	t.Helper()
	fd, err := s.Copy(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	return fd
}

func TestSocketIsOpenFromTheFirstCopyToTheLastRelease(t *testing.T) {
	s, said := sockets(t)
	spec, path := unixAt(t)
	s.Hold(spec)
	s.Hold(spec)
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Hold opens it: %v", err)
	}
	first, second := take(t, s, spec), take(t, s, spec)
	for _, fd := range []int{first, second} {
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
		if err != nil || flags&unix.O_NONBLOCK != 0 {
			t.Errorf("flags of a copy: %#x, %v", flags, err)
		}
		if flags, err = unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || flags != unix.FD_CLOEXEC {
			t.Errorf("every program would inherit it: %#x, %v", flags, err)
		}
	}
	s.Release(spec)
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("closed while it is held: %v", err)
	}
	s.Release(spec)
	s.Hold(spec)
	take(t, s, spec)
	want := fmt.Sprintf("Creating socket %[1]s|Closing socket %[1]s", spec.Socket)
	got := strings.Join(said(), "|")
	// The second Hold may come before the socket is closed, which then is not.
	if got != want && got != want+"|"+want {
		t.Errorf("said %q", got)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("still there after Close: %v", err)
	}
}

func TestCopyOfASocketThatNobodyHolds(t *testing.T) {
	s, _ := sockets(t)
	spec, path := unixAt(t)
	for range 2 {
		if _, err := s.Copy(spec); err == nil || err.Error() != "the program was stopped meanwhile" {
			t.Errorf("error: %v", err)
		}
		s.Hold(spec)
		s.Release(spec)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it was opened: %v", err)
	}
}

func TestFailureIsNotKept(t *testing.T) {
	s, said := sockets(t)
	spec, path := unixAt(t)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.Hold(spec)
	_, err := s.Copy(spec)
	want := "Could not create FastCGI socket " + spec.Socket + ": " + path + " exists and is no socket (-rw-------); it is left alone: remove it, or choose another path"
	if d := cmp.Diff(want, fmt.Sprint(err)); d != "" {
		t.Error(d)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	take(t, s, spec)
	s.Release(spec)
	creating, closing := "Creating socket "+spec.Socket, "Closing socket "+spec.Socket
	if d := cmp.Diff([]string{creating, creating, closing}, said()); d != "" {
		t.Error(d)
	}
}

func TestTCP(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]"} {
		t.Run(host, func(t *testing.T) {
			probe, err := net.Listen("tcp", host+":0")
			if err != nil {
				t.Skip("this machine has no address " + host)
			}
			address := probe.Addr().String()
			spec := fcgi.Spec{Socket: "tcp://" + host + address[strings.LastIndex(address, ":"):], Backlog: 7}
			s, _ := sockets(t)
			s.Hold(spec)
			if _, err := s.Copy(spec); !errors.Is(err, syscall.EADDRINUSE) {
				t.Errorf("of a port that is taken: %v", err)
			}
			if err := probe.Close(); err != nil {
				t.Fatal(err)
			}
			fd := take(t, s, spec)
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			served, _, err := unix.Accept(fd)
			if err != nil {
				t.Fatal(err)
			}
			_ = unix.Close(served) // nothing was written
		})
	}
}

// Whatever the order in which they come, nobody gets a socket that is closed, and in the
// end all are.
func TestManyHolders(t *testing.T) {
	s, said := sockets(t)
	spec, path := unixAt(t)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 100 {
				s.Hold(spec)
				fd, err := s.Copy(spec)
				if err != nil {
					t.Error(err)
				}
				c, err := net.Dial("unix", path)
				if err != nil {
					t.Error(err)
				} else {
					_ = c.Close() // nobody serves it
				}
				_ = unix.Close(fd)
				s.Release(spec)
			}
		})
	}
	group.Wait()
	opened := 0
	for i, line := range said() {
		want := "Creating socket " + spec.Socket
		if i%2 == 1 {
			want = "Closing socket " + spec.Socket
		}
		if line != want {
			t.Fatalf("line %d: %s", i, line)
		}
		opened++
	}
	if opened == 0 || opened%2 != 0 {
		t.Errorf("%d lines", opened)
	}
}

// An update that changes an option of a socket lets the old one go and takes the new one
// at once: they are two sockets at one address.
func TestSocketWithOtherOptionsTakesOverTheAddress(t *testing.T) {
	s, _ := sockets(t)
	spec, _ := unixAt(t)
	for i := range 100 {
		spec.Backlog = 1 + i%2
		s.Hold(spec)
		fd, err := s.Copy(spec)
		if err != nil {
			t.Fatalf("turn %d: %v", i, err)
		}
		_ = unix.Close(fd) // nothing was written
		s.Release(spec)
	}
}
