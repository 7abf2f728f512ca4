package logtail_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/control"
	"supervisord/internal/logtail"
	"supervisord/internal/rpc/rpctest"
)

var quiet = slog.New(slog.DiscardHandler)

// supervisor has a process with both logs, one with stdout alone, and one in a group.
func supervisor() *rpctest.Supervisor {
	named := func(group, name string) control.Info { return control.Info{Group: group, Name: name} }
	return &rpctest.Supervisor{
		MainLog: []byte("main\n"),
		Processes: []*rpctest.Process{
			{Info: named("cat", "cat"), Out: []byte("out\n"), Err: []byte("err\n")},
			{Info: named("grp", "a_b.c%d"), Out: []byte{}},
			{Info: named("long", "long"), Out: []byte(strings.Repeat("x", 2000))},
		},
	}
}

var (
	cat     = control.LogName{Of: control.ParseSelector("cat")}
	mainLog = control.LogName{Main: true}
)

// serve returns the address of a server with the handler, and a channel that gets a value
// after each request.
func serve(t *testing.T, api control.API) (string, *logtail.Handler, <-chan bool) {
	t.Helper()
	h, ended := logtail.NewHandler(api, quiet), make(chan bool, 1000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { ended <- true }()
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { h.Close(); server.Close() })
	return server.URL, h, ended
}

// open asks for a path. The answer ends with the context.
func open(ctx context.Context, t *testing.T, method, address string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// next reads n bytes of a stream that goes on.
func next(t *testing.T, r io.Reader, n int) string {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		t.Fatalf("%q and then %v", b, err)
	}
	return string(b)
}

func TestWhatIsServed(t *testing.T) {
	url, _, _ := serve(t, supervisor())
	const text, plain = "text/plain;charset=utf-8", "text/plain; charset=utf-8"
	for _, c := range []struct {
		method, path string
		status       int
		begins       string // of the body
	}{
		{"GET", "/logtail/cat", 200, "out\n"},
		{"GET", "/logtail/cat/stdout", 200, "out\n"},
		{"GET", "/logtail/cat/stderr", 200, "err\n"},
		{"GET", "/logtail/cat:cat", 200, "out\n"},
		{"GET", "/logtail/cat%3Acat/stderr", 200, "err\n"},
		{"GET", "/logtail/grp:a_b.c%25d", 200, ""},
		{"GET", "/logtail/long", 200, strings.Repeat("x", 1024)},
		{"GET", "/logtail/long?back=3", 200, "xxx"},
		{"GET", "/logtail/cat?back=9223372036854775807", 200, "out\n"},
		{"GET", "/mainlogtail", 200, "main\n"},
		{"GET", "/mainlogtail/whatever", 200, "main\n"},
		{"GET", "/logtail/nope", 404, "Not Found\n"},
		{"GET", "/logtail/grp", 404, "Not Found\n"},
		{"GET", "/logtail/grp:", 404, "Not Found\n"},
		{"GET", "/logtail/grp:*", 404, "Not Found\n"},
		{"GET", "/logtail/grp:a_b.c%25d/stderr", 404, "Not Found\n"},
		{"GET", "/logtail/cat/STDOUT", 404, "Not Found\n"},
		{"GET", "/logtail/cat/both", 404, "Not Found\n"},
		{"GET", "/logtail/cat/stdout/x", 404, ""},
		{"GET", "/logtail/cat/", 404, ""},
		{"GET", "/logtail/", 404, ""},
		{"GET", "/logtail", 404, ""},
		{"GET", "/logtail//cat", 404, ""},
		{"GET", "/logtail/../mainlogtail", 404, ""},
		{"GET", "/logtail/x%2Fy", 404, ""},
		{"GET", "/logtail/cat?back=%zz", 400, "Bad Request\n"},
		{"GET", "/logtail/cat?back=-1", 400, "Bad Request\n"},
		{"GET", "/logtail/cat?back=many", 400, "Bad Request\n"},
		{"POST", "/logtail/cat", 400, "Bad Request\n"},
		{"POST", "/logtail/nope", 400, "Bad Request\n"},
		{"PUT", "/mainlogtail", 400, "Bad Request\n"},
		{"HEAD", "/logtail/cat", 400, ""},
	} {
		t.Run(c.method+c.path, func(t *testing.T) {
			resp := open(t.Context(), t, c.method, url+c.path)
			if resp.StatusCode != c.status {
				t.Errorf("status %d, want %d", resp.StatusCode, c.status)
			}
			want := http.Header{"X-Content-Type-Options": {"nosniff"}, "Content-Type": {plain}}
			if c.status == 200 {
				want = http.Header{"X-Content-Type-Options": {"nosniff"}, "Content-Type": {text}, "X-Accel-Buffering": {"no"}}
			}
			for _, volatile := range []string{"Date", "Content-Length"} {
				resp.Header.Del(volatile)
			}
			if d := cmp.Diff(want, resp.Header); d != "" {
				t.Errorf("header (-want +got):\n%s", d)
			}
			if d := cmp.Diff(c.begins, next(t, resp.Body, len(c.begins))); d != "" {
				t.Errorf("body (-want +got):\n%s", d)
			}
		})
	}
}

// The header comes before there is any output, each piece when it is written, and the
// stream ends with the client.
func TestStreamsAreLive(t *testing.T) {
	api := supervisor()
	url, _, ended := serve(t, api)
	ctx, leave := context.WithCancel(t.Context())
	resp := open(ctx, t, "GET", url+"/logtail/cat?back=0")
	main := open(ctx, t, "GET", url+"/mainlogtail?back=0")
	for i := range 3 {
		line := fmt.Sprintln("line", i)
		api.Append(cat, line)
		if d := cmp.Diff(line, next(t, resp.Body, len(line))); d != "" {
			t.Error(d)
		}
	}
	api.Append(mainLog, "new\n")
	if got := next(t, main.Body, 4); got != "new\n" {
		t.Errorf("main log: %q", got)
	}
	leave()
	<-ended
	<-ended
}

// An HTTP/1.0 client gets the header and the stream without chunks, at once.
func TestOldClientsGetTheStreamToo(t *testing.T) {
	api := supervisor()
	url, h, _ := serve(t, api)
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /logtail/cat HTTP/1.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.TransferEncoding != nil || resp.ContentLength != -1 {
		t.Errorf("encoded as %q, %d bytes long", resp.TransferEncoding, resp.ContentLength)
	}
	api.Append(cat, "more\n")
	if got := next(t, resp.Body, 9); got != "out\nmore\n" {
		t.Errorf("%q", got)
	}
	h.Close()
	if rest, err := io.ReadAll(resp.Body); len(rest) > 0 || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
}

// Close ends streams in order, and lets nobody in.
func TestCloseEndsStreams(t *testing.T) {
	url, h, _ := serve(t, supervisor())
	resp := open(t.Context(), t, "GET", url+"/logtail/cat")
	if got := next(t, resp.Body, 4); got != "out\n" {
		t.Errorf("%q", got)
	}
	h.Close()
	if rest, err := io.ReadAll(resp.Body); len(rest) > 0 || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
	if resp := open(t.Context(), t, "GET", url+"/logtail/cat"); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d after the end", resp.StatusCode)
	}
}

func TestStreamsAreLimitedInNumber(t *testing.T) {
	url, _, ended := serve(t, supervisor())
	ctx, leave := context.WithCancel(t.Context())
	for i := range logtail.MaxStreams {
		if resp := open(ctx, t, "GET", url+"/logtail/cat"); resp.StatusCode != 200 {
			t.Fatalf("stream %d: status %d", i, resp.StatusCode)
		}
	}
	if resp := open(t.Context(), t, "GET", url+"/logtail/cat"); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d for one too many", resp.StatusCode)
	}
	leave()
	for range logtail.MaxStreams + 1 {
		<-ended
	}
	if resp := open(t.Context(), t, "GET", url+"/logtail/cat"); resp.StatusCode != 200 {
		t.Errorf("status %d, but all others have left", resp.StatusCode)
	}
}

// failing cannot follow, or not for long.
type failing struct {
	control.API
	before, after error
}

func (f failing) FollowLog(context.Context, control.LogName, int64) (iter.Seq2[[]byte, error], error) {
	return func(yield func([]byte, error) bool) {
		if yield([]byte("begin"), nil) {
			yield(nil, f.after)
		}
	}, f.before
}

func TestErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, c := range []struct {
		api    failing
		status int
		body   string
	}{
		{failing{before: broken}, 500, "Internal Server Error\n"},
		{failing{before: control.NewFault(control.Failed, "")}, 500, "Internal Server Error\n"},
		{failing{after: broken}, 200, "begin"},
	} {
		url, _, _ := serve(t, c.api)
		resp := open(t.Context(), t, "GET", url+"/logtail/cat")
		body, err := io.ReadAll(resp.Body)
		if resp.StatusCode != c.status || string(body) != c.body || err != nil {
			t.Errorf("%+v: status %d, %q, %v", c.api, resp.StatusCode, body, err)
		}
	}
}
