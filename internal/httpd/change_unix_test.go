//go:build unix

package httpd_test

import (
	"fmt"
	"net/http"
	"os"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// request returns a request as a user with a password.
func request(t *testing.T, password string) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://x/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("me", password)
	return "GET / HTTP/1.1|Host: x|Authorization: " + r.Header.Get("Authorization") + "||"
}

// The socket stays when its password, mode and owner change; an owner that is not given
// any more is the daemon's own.
func TestChangeKeepsTheSocket(t *testing.T) {
	old := socketAt(shortDir(t) + "/s")
	old.Mode = 0o700
	if os.Getuid() == 0 {
		old.UID, old.GID = 65534, 65533
	}
	s := listen(t, old)
	serve(t, s, hello)
	conn := dial(t, s.URL())
	inode := func() uint64 {
		t.Helper()
		info, err := os.Lstat(old.Address)
		if err != nil {
			t.Fatal(err)
		}
		return info.Sys().(*syscall.Stat_t).Ino
	}
	before := inode()
	next := old
	next.Username, next.Password, next.Mode, next.UID, next.GID = "me", "geheim", 0o770, -1, -1
	if err := s.Change(old, next); err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, password := range []string{"falsch", "geheim"} {
		send(t, conn, request(t, password))
		got = append(got, receive(t, conn).Status)
	}
	if d := cmp.Diff([]int{401, 200}, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	info, err := os.Lstat(old.Address)
	if err != nil {
		t.Fatal(err)
	}
	owner := info.Sys().(*syscall.Stat_t)
	want := fmt.Sprintf("%v %d %d %d", os.ModeSocket|0o770, os.Geteuid(), os.Getegid(), before)
	if d := cmp.Diff(want, fmt.Sprintf("%v %d %d %d", info.Mode(), owner.Uid, owner.Gid, inode())); d != "" {
		t.Error(d)
	}
}

// What is at the path by now is left alone if it is not ours; the password holds all the
// same.
func TestChangeLeavesTheSuccessorsSocket(t *testing.T) {
	old := socketAt(shortDir(t) + "/s")
	s := listen(t, old)
	serve(t, s, hello)
	conn := dial(t, s.URL())
	if err := os.Remove(old.Address); err != nil {
		t.Fatal(err)
	}
	listen(t, old)
	next := old
	next.Username, next.Password, next.Mode = "me", "geheim", 0o777
	if err := s.Change(old, next); err == nil {
		t.Error("no error")
	}
	if info, err := os.Lstat(old.Address); err != nil || info.Mode().Perm() != old.Mode {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	send(t, conn, request(t, "falsch"))
	if got := receive(t, conn).Status; got != 401 {
		t.Errorf("status %d", got)
	}
	next.Password = ""
	if err := s.Change(old, next); err == nil {
		t.Error("half a login is taken")
	}
}

// A server that has stopped listening frees its address and goes on with its connections.
func TestStopListening(t *testing.T) {
	s := listen(t, loopback())
	done := start(s, hello)
	conn := dial(t, s.URL())
	const get = "GET / HTTP/1.1|Host: x||"
	send(t, conn, get)
	receive(t, conn)
	if err := s.StopListening(); err != nil {
		t.Fatal(err)
	}
	spec := loopback()
	spec.Address = conn.RemoteAddr().String()
	listen(t, spec)
	send(t, conn, get)
	if d := cmp.Diff(reply{Status: 200, Body: "hello"}, receive(t, conn)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := await(t, done); err != nil {
		t.Error(err)
	}
}
