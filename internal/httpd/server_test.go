package httpd_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/httpd"
	"supervisord/internal/testenv"
)

func TestTCPAddresses(t *testing.T) {
	// As SUPERVISOR_SERVER_URL shows them; PORT stands for the port that was free.
	for address, want := range map[string]string{
		":0":          "http://localhost:PORT",
		"127.0.0.1:0": "http://127.0.0.1:PORT",
		"LocalHost:0": "http://localhost:PORT",
		"0.0.0.0:0":   "http://0.0.0.0:PORT",
		"[::1]:0":     "http://[::1]:PORT",
	} {
		t.Run(address, func(t *testing.T) {
			if strings.HasPrefix(address, "[") {
				needIPv6(t)
			}
			spec := loopback()
			spec.Address = address
			s := listen(t, spec)
			serve(t, s, hello)
			if got := ask(t, s, "GET / HTTP/1.1|Host: x||"); got.Body != "hello" {
				t.Errorf("answer: %+v", got)
			}
			got := s.URL()[:strings.LastIndex(s.URL(), ":")] + ":PORT"
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// needIPv6 skips a test where the machine has no address ::1, as in many containers.
func needIPv6(t *testing.T) {
	t.Helper()
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv6loopback})
	if err == nil {
		_ = l.Close()
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	t.Skip(err)
}

func TestAllInterfacesMeansBothFamilies(t *testing.T) {
	needIPv6(t)
	spec := loopback()
	spec.Address = ":0"
	s := listen(t, spec)
	serve(t, s, hello)
	for _, host := range []string{"127.0.0.1", "[::1]"} {
		conn := dial(t, strings.Replace(s.URL(), "localhost", host, 1))
		send(t, conn, "GET / HTTP/1.1|Host: x||")
		if got := receive(t, conn); got.Body != "hello" {
			t.Errorf("%s: %+v", host, got)
		}
	}
}

func TestAddressThatCannotBeBound(t *testing.T) {
	taken := listen(t, loopback())
	address := strings.TrimPrefix(taken.URL(), "http://")
	for _, test := range []struct{ network, address, want string }{
		{"tcp", address, "Another program is already listening on a port that one of our HTTP servers is configured to use.  " +
			"Shut this program down first before starting supervisord. (inet_http_server: " + address + ")"},
		{"tcp", "192.0.2.9:0", "Cannot open an HTTP server: socket.error reported errno.EADDRNOTAVAIL (99): " +
			"inet_http_server: listen tcp 192.0.2.9:0: bind: cannot assign requested address"},
		{"tcp", "127.0.0.1:70000", "Cannot open an HTTP server: inet_http_server: listen tcp: address 70000: invalid port"},
		{"tcp", "127.0.0.1", "inet_http_server: address 127.0.0.1: missing port in address"},
		{"udp", "127.0.0.1:0", `inet_http_server: unknown network "udp"`},
	} {
		spec := loopback()
		spec.Network, spec.Address = test.network, test.address
		_, err := httpd.Listen(spec, quiet)
		if diff := cmp.Diff(test.want, message(err)); diff != "" {
			t.Errorf("%s: %s", test.address, diff)
		}
		if got, want := errors.Is(err, httpd.ErrInUse), test.address == address; got != want {
			t.Errorf("%s: ErrInUse: %v", test.address, got)
		}
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestShutdownLetsRequestsFinish(t *testing.T) {
	s := listen(t, loopback())
	entered, leave := make(chan bool), make(chan bool)
	done := start(s, func(w http.ResponseWriter, _ *http.Request) {
		entered <- true
		<-leave
		_, _ = io.WriteString(w, "finished")
	})
	conn := dial(t, s.URL())
	send(t, conn, "GET / HTTP/1.1|Host: x||")
	await(t, entered)

	stopped := make(chan error, 1)
	go func() { stopped <- s.Shutdown(t.Context()) }()
	refused(t, s)
	leave <- true
	if got := receive(t, conn); got.Body != "finished" {
		t.Errorf("answer: %+v", got)
	}
	if err := await(t, stopped); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	if err := await(t, done); err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// refused connects until it is refused: the listener has been closed.
func refused(t *testing.T, s *httpd.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testenv.Patience)
	defer cancel()
	var d net.Dialer
	for {
		conn, err := d.DialContext(ctx, "tcp", strings.TrimPrefix(s.URL(), "http://"))
		if ctx.Err() != nil {
			t.Fatal("the server still listens")
		}
		if err != nil {
			return
		}
		_ = conn.Close()
	}
}

func TestShutdownCutsOff(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"a client that does not read": func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		},
		"a call that waits": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"a call that waits with its body unread": func(w http.ResponseWriter, r *http.Request) {
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := listen(t, loopback())
			entered := make(chan bool, 1)
			done := start(s, func(w http.ResponseWriter, r *http.Request) {
				entered <- true
				handler(w, r)
			})
			conn := dial(t, s.URL())
			send(t, conn, "POST / HTTP/1.1|Host: x|Content-Length: 9||")
			await(t, entered)
			if err := s.Shutdown(expired(t)); !errors.Is(err, context.Canceled) {
				t.Errorf("Shutdown: %v", err)
			}
			if err := await(t, done); err != nil {
				t.Errorf("Serve: %v", err)
			}
		})
	}
}

// What a handler uses may be torn down once Serve has returned.
func TestServeWaitsForHandlers(t *testing.T) {
	s := listen(t, loopback())
	entered, leave := make(chan bool), make(chan bool)
	done := start(s, func(_ http.ResponseWriter, r *http.Request) {
		entered <- true
		<-r.Context().Done()
		entered <- true
		<-leave
	})
	send(t, dial(t, s.URL()), "GET / HTTP/1.1|Host: x||")
	await(t, entered)
	if err := s.Shutdown(expired(t)); err == nil {
		t.Error("Shutdown did not cut off the request")
	}
	await(t, entered)
	select {
	case err := <-done:
		t.Errorf("Serve returned %v during a request", err)
	case <-time.After(50 * time.Millisecond): // long enough for Serve to return
	}
	leave <- true
	if err := await(t, done); err != nil {
		t.Error(err)
	}
}

func TestServeAfterShutdownReturnsAtOnce(t *testing.T) {
	s := listen(t, loopback())
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	refused(t, s)
	if err := await(t, start(s, hello)); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func TestFileIsTheSameSocket(t *testing.T) {
	s := listen(t, loopback())
	f, err := s.File()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	conn := dial(t, s.URL()) // nobody has refused it in between
	heir, err := net.FileListener(f)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = heir.Close() }()
	accepted, err := heir.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = accepted.Close() }()
	if diff := cmp.Diff(conn.LocalAddr().String(), accepted.RemoteAddr().String()); diff != "" {
		t.Error(diff)
	}
}
