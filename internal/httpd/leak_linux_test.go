package httpd_test

import (
	"errors"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/httpd"
	"supervisord/internal/testenv"
)

func TestNothingIsLeftAfterShutdown(t *testing.T) {
	unixSpec := socketAt(shortDir(t) + "/s")
	cycle(t, loopback()) // the runtime opens descriptors of its own for the first socket
	files, goroutines := descriptors(t), runtime.NumGoroutine()
	for range 3 {
		cycle(t, loopback())
		cycle(t, unixSpec)
	}
	if diff := cmp.Diff(files, descriptors(t)); diff != "" {
		t.Error(diff)
	}
	// Serve waits for the last action of each connection's goroutine; let it return.
	for deadline := time.Now().Add(testenv.Patience); runtime.NumGoroutine() > goroutines; runtime.Gosched() {
		if time.Now().After(deadline) {
			var stacks strings.Builder
			_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1)
			t.Fatalf("%d goroutines were left:\n%s", runtime.NumGoroutine()-goroutines, &stacks)
		}
	}
}

// cycle opens a server, refuses a second one at its address, leaves three connections in
// different states and shuts the server down.
func cycle(t *testing.T, spec httpd.Spec) {
	t.Helper()
	s := listen(t, spec)
	if _, err := httpd.Listen(socketAtURL(spec, s.URL()), quiet); !errors.Is(err, httpd.ErrInUse) {
		t.Errorf("second server: %v", err)
	}
	entered := make(chan bool)
	done := start(s, func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			entered <- true
			<-r.Context().Done()
		}
	})
	fresh, idle, busy := dial(t, s.URL()), dial(t, s.URL()), dial(t, s.URL())
	send(t, idle, "GET / HTTP/1.1|Host: x||")
	receive(t, idle)
	send(t, busy, "POST / HTTP/1.1|Host: x|Content-Length: 0||")
	await(t, entered)
	if err := s.Shutdown(expired(t)); err == nil {
		t.Error("Shutdown did not cut off the request")
	}
	if err := await(t, done); err != nil {
		t.Error(err)
	}
	for _, conn := range []net.Conn{fresh, idle, busy} {
		_ = conn.Close()
	}
}

// socketAtURL is spec with the port that was free.
func socketAtURL(spec httpd.Spec, url string) httpd.Spec {
	if spec.Network == "tcp" {
		spec.Address = strings.TrimPrefix(url, "http://")
	}
	return spec
}

// descriptors lists what the open descriptors of this process refer to.
func descriptors(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	open := make(map[string]string)
	for _, e := range entries {
		if target, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil { // not the directory just read
			open[e.Name()] = target
		}
	}
	return open
}
