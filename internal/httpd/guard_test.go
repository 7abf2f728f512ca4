package httpd_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/httpd"
)

func basic(userpass string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(userpass))
}

func TestAuthentication(t *testing.T) {
	refused := reply{http.StatusUnauthorized, `Basic realm="default"`, "unauthorized\n"}
	welcome := reply{http.StatusOK, "", "hello"}
	const sha = "{SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d" // of thepassword
	for _, test := range []struct {
		name, password, header string
		want                   reply
	}{
		{"nothing sent", "secret", "X: y", refused},
		{"right", "secret", basic("user:secret"), welcome},
		{"scheme in capitals", "secret", strings.Replace(basic("user:secret"), "Basic", "BASIC", 1), welcome},
		{"wrong password", "secret", basic("user:Secret"), refused},
		{"longer password", "secret", basic("user:secrets"), refused},
		{"empty password", "secret", basic("user:"), refused},
		{"wrong user", "secret", basic("User:secret"), refused},
		{"no user", "secret", basic(":secret"), refused},
		{"colons in password", ":a:b:", basic("user::a:b:"), welcome},
		{"no colon", "secret", basic("user"), refused},
		{"not base64", "secret", "Authorization: Basic ???", refused},
		{"empty credentials", "secret", "Authorization: Basic ", refused},
		{"another scheme", "secret", "Authorization: Bearer user:secret", refused},
		{"hash", sha, basic("user:thepassword"), welcome},
		{"hash in capitals", "{SHA}" + strings.ToUpper(sha[5:]), basic("user:thepassword"), welcome},
		{"hash, wrong password", sha, basic("user:thepasswords"), refused},
		{"hash sent as password", sha, basic("user:" + sha), refused},
		{"malformed hash sent", "{SHA}12", basic("user:{SHA}12"), refused},
		{"malformed hash", "{SHA}", basic("user:"), refused},
	} {
		t.Run(test.name, func(t *testing.T) {
			spec := loopback()
			spec.Username, spec.Password = "user", test.password
			s := listen(t, spec)
			serve(t, s, hello)
			if !s.Authenticated() {
				t.Error("not Authenticated")
			}
			for _, target := range []string{"GET /", "OPTIONS *", "POST /RPC2"} {
				got := ask(t, s, target+" HTTP/1.1|Host: x|"+test.header+"||")
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("%s: %s", target, diff)
				}
			}
		})
	}
}

func TestIncompleteAuthentication(t *testing.T) {
	for _, pair := range [][2]string{{"user", ""}, {"", "secret"}} {
		spec := loopback()
		spec.Username, spec.Password = pair[0], pair[1]
		_, err := httpd.Listen(spec, quiet)
		want := "Section [inet_http_server] contains incomplete authentication: If a username or a password " +
			"is specified, both the username and password must be specified"
		if diff := cmp.Diff(want, message(err)); diff != "" {
			t.Error(diff)
		}
	}
	if listen(t, loopback()).Authenticated() {
		t.Error("Authenticated without a user")
	}
}

func TestRequestsFromOtherSites(t *testing.T) {
	s := listen(t, loopback())
	serve(t, s, hello)
	for request, want := range map[string]int{
		"POST / HTTP/1.1|Host: x||":                                            http.StatusOK, // no browser
		"POST / HTTP/1.1|Host: x|Sec-Fetch-Site: same-origin||":                http.StatusOK,
		"POST / HTTP/1.1|Host: x|Sec-Fetch-Site: cross-site||":                 http.StatusForbidden,
		"POST / HTTP/1.1|Host: x|Sec-Fetch-Site: same-site||":                  http.StatusForbidden,
		"POST / HTTP/1.1|Host: x:1|Origin: http://x:1||":                       http.StatusOK,
		"DELETE / HTTP/1.1|Host: x|Origin: http://evil.example||":              http.StatusForbidden,
		"POST / HTTP/1.1|Host: x|Origin: null||":                               http.StatusForbidden,
		"GET / HTTP/1.1|Host: x|Sec-Fetch-Site: cross-site|Origin: http://e||": http.StatusOK,
	} {
		if got := ask(t, s, request); got.Status != want {
			t.Errorf("%s: %+v, want %d", request, got, want)
		}
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	spec := loopback()
	spec.Username, spec.Password = "user", "secret"
	s := listen(t, spec)
	serve(t, s, hello)
	for _, header := range []string{"X: y", basic("user:secret")} {
		conn := dial(t, s.URL())
		send(t, conn, "GET / HTTP/1.1|Host: x|"+header+"||")
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		got := [2]string{answer.Header.Get("Server"), answer.Header.Get("X-Content-Type-Options")}
		if diff := cmp.Diff([2]string{"supervisord", "nosniff"}, got); diff != "" {
			t.Error(diff)
		}
		_ = answer.Body.Close()
	}
}

func TestBodyLimit(t *testing.T) {
	s := listen(t, loopback())
	s.Limits.BodyBytes = 10
	serve(t, s, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(w, r.Body); err != nil {
			panic(http.ErrAbortHandler)
		}
	})
	got := ask(t, s, "POST / HTTP/1.1|Host: x|Content-Length: 10||0123456789")
	if diff := cmp.Diff(reply{http.StatusOK, "", "0123456789"}, got); diff != "" {
		t.Error(diff)
	}
	got = ask(t, s, "POST / HTTP/1.1|Host: x|Content-Length: 11||01234567890")
	if diff := cmp.Diff(reply{http.StatusRequestEntityTooLarge, "", "request body too large\n"}, got); diff != "" {
		t.Error(diff)
	}
	conn := dial(t, s.URL())
	send(t, conn, "POST / HTTP/1.1|Host: x|Transfer-Encoding: chunked||b|01234567890|0||")
	if got := rest(t, conn); got != "" {
		t.Errorf("a chunked body beyond the limit: %q", got)
	}
}

// rest reads until the server hangs up.
func rest(t *testing.T, conn net.Conn) string {
	t.Helper()
	got, err := io.ReadAll(conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("the server did not hang up")
	}
	return string(got)
}

func TestSlowClientsAreCutOff(t *testing.T) {
	spec := loopback()
	spec.Username, spec.Password = "user", "secret"
	const soon = 100 * time.Millisecond
	for name, test := range map[string]struct {
		limit         func(l *httpd.Limits) // the one that is short
		request, want string
	}{
		"silent": {
			func(l *httpd.Limits) { l.HeaderTime = soon },
			"", "",
		},
		"header": {
			func(l *httpd.Limits) { l.HeaderTime = soon },
			"GET / HTTP/1.1|Host: x|", "",
		},
		"idle": {
			func(l *httpd.Limits) { l.IdleTime = soon },
			"GET / HTTP/1.1|Host: x|" + basic("user:secret") + "||", "HTTP/1.1 200",
		},
		"body": {
			func(l *httpd.Limits) { l.RequestTime = soon },
			"POST / HTTP/1.1|Host: x|Content-Length: 5|" + basic("user:secret") + "||a", "HTTP/1.1 408",
		},
		"body without authentication": {
			func(l *httpd.Limits) { l.RequestTime = soon },
			"POST / HTTP/1.1|Host: x|Content-Length: 5||a", "HTTP/1.1 401",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := listen(t, spec)
			test.limit(&s.Limits)
			serve(t, s, func(w http.ResponseWriter, r *http.Request) {
				if _, err := io.ReadAll(r.Body); errors.Is(err, os.ErrDeadlineExceeded) {
					w.WriteHeader(http.StatusRequestTimeout)
				}
			})
			conn := dial(t, s.URL())
			send(t, conn, test.request)
			got := rest(t, conn)
			if diff := cmp.Diff(test.want, got[:min(len(got), len("HTTP/1.1 200"))]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLongCallOutlivesRequestTime(t *testing.T) {
	s := listen(t, loopback())
	s.Limits.RequestTime = 100 * time.Millisecond
	serve(t, s, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		ctx, cancel := context.WithTimeout(r.Context(), 2*s.Limits.RequestTime)
		defer cancel()
		<-ctx.Done()
		if r.Context().Err() == nil {
			_, _ = w.Write(body)
		}
	})
	got := ask(t, s, "POST / HTTP/1.1|Host: x|Content-Length: 4||long")
	if diff := cmp.Diff(reply{http.StatusOK, "", "long"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestHeaderLimit(t *testing.T) {
	s := listen(t, loopback())
	s.Limits.HeaderBytes = 1 << 10
	serve(t, s, hello)
	const extra = 4 << 10 // http.Server's
	conn := dial(t, s.URL())
	send(t, conn, "GET / HTTP/1.1|Host: x|X: "+strings.Repeat("y", s.Limits.HeaderBytes+extra)+"||")
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("HTTP/1.1 431 Request Header Fields Too Large\r\n", line); diff != "" {
		t.Error(diff)
	}
}

func TestConnectionLimit(t *testing.T) {
	s := listen(t, loopback())
	s.Limits.Connections = 2
	entered, leave := make(chan bool), make(chan bool)
	serve(t, s, func(w http.ResponseWriter, _ *http.Request) {
		entered <- true
		<-leave
		_, _ = io.WriteString(w, "hello")
	})
	var conns []net.Conn
	for range 3 {
		conn := dial(t, s.URL())
		send(t, conn, "GET / HTTP/1.1|Host: x|Connection: close||")
		conns = append(conns, conn)
	}
	await(t, entered)
	await(t, entered)
	select {
	case <-entered:
		t.Error("a third connection was let in")
	case <-time.After(50 * time.Millisecond): // long enough for a connection to show up
	}
	leave <- true
	leave <- true
	await(t, entered)
	leave <- true
	for _, conn := range conns {
		if got := receive(t, conn); got.Body != "hello" {
			t.Errorf("%+v", got)
		}
	}
}

func TestAccessLog(t *testing.T) {
	var lines bytes.Buffer
	log := slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "duration" {
				return slog.Attr{}
			}
			return a
		},
	}))
	spec := loopback()
	spec.Username, spec.Password = "user", "secret"
	s, err := httpd.Listen(spec, log)
	if err != nil {
		t.Fatal(err)
	}
	done := start(s, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		if r.URL.Path == "/teapot" {
			w.WriteHeader(http.StatusTeapot)
		}
		_, _ = io.WriteString(w, "hello")
		_ = http.NewResponseController(w).Flush()
	})
	for _, request := range []string{
		"GET /a%0Ab?token=hidden HTTP/1.1|Host: x|" + basic("user:secret") + "||",
		"GET /teapot HTTP/1.1|Host: x|" + basic("user:secret") + "||",
		"GET / HTTP/1.1|Host: x|" + basic("secret:user") + "||",
	} {
		conn := dial(t, s.URL())
		send(t, conn, strings.Replace(request, "||", "|Connection: close||", 1))
		rest(t, conn)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := await(t, done); err != nil {
		t.Error(err)
	}
	want := `level=DEBUG msg=request server=inet_http_server method=GET path=/a%0Ab status=200 user=user
level=DEBUG msg=request server=inet_http_server method=GET path=/teapot status=418 user=user
level=DEBUG msg=request server=inet_http_server method=GET path=/ status=401 user=""
`
	if diff := cmp.Diff(want, lines.String()); diff != "" {
		t.Error(diff)
	}
}

func TestClientThatDoesNotReadItsAnswerIsCutOff(t *testing.T) {
	server, err := httpd.Listen(httpd.Spec{Section: "inet_http_server", Network: "tcp", Address: "127.0.0.1:0"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	server.Limits.WriteTime = 50 * time.Millisecond
	failed := make(chan error, 1)
	served := make(chan error, 1)
	go func() {
		served <- server.Serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, err := w.Write(make([]byte, 64<<20)) // more than any socket holds
			failed <- err
		}))
	}()
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the answer ended with %v", err)
	}
	if err := errors.Join(server.Close(), <-served); err != nil {
		t.Error(err)
	}
}
