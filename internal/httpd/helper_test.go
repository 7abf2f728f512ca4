package httpd_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"supervisord/internal/httpd"
	"supervisord/internal/testenv"
)

var quiet = slog.New(slog.DiscardHandler)

func loopback() httpd.Spec {
	return httpd.Spec{Section: "inet_http_server", Network: "tcp", Address: "127.0.0.1:0", UID: -1, GID: -1}
}

func listen(t *testing.T, spec httpd.Spec) *httpd.Server {
	t.Helper()
	s, err := httpd.Listen(spec, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// serve runs s until the test ends.
func serve(t *testing.T, s *httpd.Server, handler http.HandlerFunc) {
	t.Helper()
	done := start(s, handler)
	t.Cleanup(func() {
		_ = s.Close()
		if err := await(t, done); err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

func start(s *httpd.Server, handler http.HandlerFunc) <-chan error {
	done := make(chan error, 1)
	go func() { done <- s.Serve(handler) }()
	return done
}

func await[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(testenv.Patience):
		t.Fatal("nothing happened")
		panic("unreachable")
	}
}

// dial connects to the server with the given SUPERVISOR_SERVER_URL.
func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	network, target := "tcp", u.Host
	if u.Scheme == "unix" {
		network, target = "unix", u.Path
	}
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), network, target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(testenv.Patience)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// send writes a request, lines being separated by | for legibility.
func send(t *testing.T, conn net.Conn, request string) {
	t.Helper()
	if _, err := io.WriteString(conn, strings.ReplaceAll(request, "|", "\r\n")); err != nil {
		t.Fatal(err)
	}
}

// reply is what a test looks at in an answer.
type reply struct {
	Status    int
	Challenge string
	Body      string
}

func receive(t *testing.T, conn net.Conn) reply {
	t.Helper()
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{answer.StatusCode, answer.Header.Get("WWW-Authenticate"), string(body)}
}

// ask sends one request over a connection of its own.
func ask(t *testing.T, s *httpd.Server, request string) reply {
	t.Helper()
	conn := dial(t, s.URL())
	defer func() { _ = conn.Close() }()
	send(t, conn, request)
	return receive(t, conn)
}

func hello(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }

// expired is a context that has ended.
func expired(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
