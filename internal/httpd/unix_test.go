//go:build unix

package httpd_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/httpd"
)

func socketAt(path string) httpd.Spec {
	return httpd.Spec{Section: "unix_http_server", Network: "unix", Address: path, Mode: 0o700, UID: -1, GID: -1}
}

// shortDir is a t.TempDir whose name leaves room for a socket's: the names of tests are
// long, and so is the path of macOS' temporary directory.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "httpd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// files lists a directory, one line per file: type, permissions and name.
func files(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, info.Mode(), e.Name())
	}
	return b.String()
}

// leaveStale puts a socket at path that nobody listens on.
func leaveStale(t *testing.T, path string) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestUnixSocket(t *testing.T) {
	dir := shortDir(t)
	s := listen(t, socketAt(dir+"/s.sock"))
	serve(t, s, hello)
	if diff := cmp.Diff("unix://"+dir+"/s.sock", s.URL()); diff != "" {
		t.Error(diff)
	}
	if got := ask(t, s, "GET / HTTP/1.1|Host: x||"); got.Body != "hello" {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff("Srwx------ s.sock\n", files(t, dir)); diff != "" {
		t.Error("while it is open:", diff)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff("", files(t, dir)); diff != "" {
		t.Error("afterwards:", diff)
	}
}

func TestModeAndOwner(t *testing.T) {
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 {
		uid, gid = 65534, 65533
	}
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	for _, umask := range []int{0, 0o022, 0o777} {
		for _, mode := range []os.FileMode{0o700, 0o770, 0o777, 0o600, 0} {
			syscall.Umask(0)
			spec := socketAt(shortDir(t) + "/s")
			spec.Mode, spec.UID, spec.GID = mode, uid, gid
			syscall.Umask(umask)
			s := listen(t, spec)
			info, err := os.Lstat(spec.Address)
			if err != nil {
				t.Fatal(err)
			}
			owner := info.Sys().(*syscall.Stat_t)
			want := fmt.Sprintf("%v %d %d", os.ModeSocket|mode, uid, gid)
			if diff := cmp.Diff(want, fmt.Sprintf("%v %d %d", info.Mode(), owner.Uid, owner.Gid)); diff != "" {
				t.Errorf("umask %o: %s", umask, diff)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestStaleSocketIsReplaced(t *testing.T) {
	dir := shortDir(t)
	path := dir + "/s.sock"
	temporary := fmt.Sprintf("%s.%d", path, os.Getpid())
	leaveStale(t, path)
	leaveStale(t, temporary) // of a predecessor with our pid
	var lines bytes.Buffer
	plain := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	s, err := httpd.Listen(socketAt(path), slog.New(slog.NewTextHandler(&lines, plain)))
	if err != nil {
		t.Fatal(err)
	}
	serve(t, s, hello)
	if got := ask(t, s, "GET / HTTP/1.1|Host: x||"); got.Body != "hello" {
		t.Errorf("%+v", got)
	}
	want := `level=WARN msg="Unlinking stale socket ` + path + `" server=unix_http_server
level=WARN msg="Unlinking stale socket ` + temporary + `" server=unix_http_server
`
	if diff := cmp.Diff(want, lines.String()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("Srwx------ s.sock\n", files(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestLiveSocketIsLeftAlone(t *testing.T) {
	for _, network := range []string{"unix", "unixpacket", "unixgram"} {
		t.Run(network, func(t *testing.T) {
			dir := shortDir(t)
			path := dir + "/s.sock"
			address := &net.UnixAddr{Name: path, Net: network}
			var live io.Closer
			var err error
			if network == "unixgram" {
				live, err = net.ListenUnixgram(network, address)
			} else {
				live, err = net.ListenUnix(network, address)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = live.Close() }()
			before := files(t, dir)
			_, err = httpd.Listen(socketAt(path), quiet)
			if !errors.Is(err, httpd.ErrInUse) {
				t.Errorf("error: %v", err)
			}
			if diff := cmp.Diff(httpd.ErrInUse.Error()+" (unix_http_server: "+path+")", message(err)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(before, files(t, dir)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Python's Supervisor deletes all of these as stale sockets.
func TestWhatIsNoSocketIsLeftAlone(t *testing.T) {
	for name, make := range map[string]func(path string) error{
		"file":      func(path string) error { return os.WriteFile(path, []byte("precious"), 0o600) },
		"directory": func(path string) error { return os.Mkdir(path, 0o700) },
		"fifo":      func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"dangling":  func(path string) error { return os.Symlink("/nonexistent", path) },
		"link": func(path string) error {
			l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path + "2", Net: "unix"})
			if err != nil {
				return err
			}
			l.SetUnlinkOnClose(false)
			return errors.Join(l.Close(), os.Symlink(path+"2", path))
		},
	} {
		for _, where := range []string{"s", fmt.Sprintf("s.%d", os.Getpid())} {
			t.Run(name, func(t *testing.T) {
				dir := shortDir(t)
				if err := make(filepath.Join(dir, where)); err != nil {
					t.Fatal(err)
				}
				before := files(t, dir)
				info, err := os.Lstat(filepath.Join(dir, where))
				if err != nil {
					t.Fatal(err)
				}
				_, err = httpd.Listen(socketAt(dir+"/s"), quiet)
				want := fmt.Sprintf("unix_http_server: %s exists and is no socket (%s); it is left alone: remove it, or choose another path",
					filepath.Join(dir, where), info.Mode())
				if diff := cmp.Diff(want, message(err)); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(before, files(t, dir)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestSocketThatCannotBeMade(t *testing.T) {
	for path, want := range map[string]string{
		"/nonexistent/x.sock": "Cannot open an HTTP server: socket.error reported errno.ENOENT (2): unix_http_server: open /nonexistent/x.sock.opening: no such file or directory",
		"relative.sock":       `unix_http_server: the path of a socket must be absolute: "relative.sock"`,
		"":                    `unix_http_server: the path of a socket must be absolute: ""`,
		"/tmp/a\x00b":         "Cannot open an HTTP server: socket.error reported errno.EINVAL (22): unix_http_server: open /tmp/a\x00b.opening: invalid argument",
	} {
		_, err := httpd.Listen(socketAt(path), quiet)
		if diff := cmp.Diff(want, message(err)); diff != "" {
			t.Error(diff)
		}
	}
}

// Both may find the stale socket before either has replaced it.
func TestOneOfTwoStartersWins(t *testing.T) {
	dir := shortDir(t)
	path := dir + "/s.sock"
	for round := range 100 {
		leaveStale(t, path)
		var servers [2]*httpd.Server
		var errs [2]error
		var group sync.WaitGroup
		begin := make(chan bool)
		for i := range servers {
			group.Go(func() {
				<-begin
				servers[i], errs[i] = httpd.Listen(socketAt(path), quiet)
			})
		}
		close(begin)
		group.Wait()
		winners := 0
		for i, s := range servers {
			if errs[i] == nil {
				winners++
				_ = dial(t, s.URL()).Close()
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			} else if !errors.Is(errs[i], httpd.ErrInUse) {
				t.Error(errs[i])
			}
		}
		if winners != 1 {
			t.Fatalf("round %d: %d winners: %v", round, winners, errs)
		}
		if diff := cmp.Diff("", files(t, dir)); diff != "" {
			t.Fatal(diff)
		}
	}
}

// Python's Supervisor unlinks the path even if a newer one owns it by now.
func TestCloseLeavesTheSuccessorsSocket(t *testing.T) {
	path := shortDir(t) + "/s.sock"
	first := listen(t, socketAt(path))
	if err := os.Remove(path); err != nil { // by a cleaner of /tmp
		t.Fatal(err)
	}
	second := listen(t, socketAt(path))
	serve(t, second, hello)
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	if got := ask(t, second, "GET / HTTP/1.1|Host: x||"); got.Body != "hello" {
		t.Errorf("%+v", got)
	}
}

func TestCloseAfterTheSocketHasGone(t *testing.T) {
	dir := shortDir(t)
	s := listen(t, socketAt(dir+"/s"))
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
