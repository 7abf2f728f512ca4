package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
	"supervisord/internal/control"
	"supervisord/internal/logtail"
	"supervisord/internal/rpc"
	"supervisord/internal/rpc/rpctest"
	"supervisord/internal/testenv"
)

// bothFaces answers calls and streams logs, as the daemon does.
func bothFaces(t *testing.T, api control.API) http.Handler {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	tails := logtail.NewHandler(api, quiet)
	t.Cleanup(tails.Close)
	mux := http.NewServeMux()
	mux.Handle("/RPC2", rpc.NewHandler(api, quiet))
	mux.Handle("/", tails)
	return mux
}

// collect reads a log until it holds as much as is wanted.
func collect(t *testing.T, chunks iter.Seq2[[]byte, error], want string, then func(sofar string)) {
	t.Helper()
	var got strings.Builder
	for chunk, err := range chunks {
		if err != nil {
			t.Fatal(err)
		}
		got.Write(chunk)
		if then != nil {
			then(got.String())
		}
		if got.Len() >= len(want) {
			break
		}
	}
	if d := cmp.Diff(want, got.String()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestFollowLog(t *testing.T) {
	cat := client.LogName{Of: client.ParseSelector("cat")}
	for _, c := range []struct {
		log  client.LogName
		back int64
		want string // of what is there already
	}{
		{cat, 1024, "0123456789é\n"},
		{cat, 4, "9é\n"},
		{cat, 0, ""},
		{cat, -3, ""},
		{client.LogName{Of: cat.Of, Stream: client.Stderr}, 1024, "oops\n"},
		{client.LogName{Main: true}, 4, "two\n"},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			api := supervisor()
			chunks, err := serve(t, bothFaces(t, api)).FollowLog(t.Context(), c.log, c.back)
			if err != nil {
				t.Fatal(err)
			}
			api.Append(c.log, "one\n")
			collect(t, chunks, c.want+"one\ntwo\x00\xff\n", func(sofar string) {
				if sofar == c.want+"one\n" {
					api.Append(c.log, "two\x00\xff\n") // no byte is changed on the way
				}
			})
		})
	}
}

func TestFollowLogSaysWhatIsMissing(t *testing.T) {
	api := supervisor()
	api.MainLog = nil
	c := serve(t, bothFaces(t, api))
	for _, tt := range []struct {
		log  client.LogName
		want client.Code
	}{
		{client.LogName{Of: client.ParseSelector("nope")}, client.BadName},
		{client.LogName{Of: client.ParseSelector("grp:*")}, client.BadName},
		{client.LogName{Of: client.ParseSelector("grp:a")}, client.NoFile},
		{client.LogName{Main: true}, client.NoFile},
	} {
		if _, err := c.FollowLog(t.Context(), tt.log, 0); !errors.Is(err, client.NewFault(tt.want, "")) {
			t.Errorf("%v: %v, want %v", tt.log, err, tt.want)
		}
	}
}

// The sequence ends without an error when the context or the server ends it, and with one
// when the connection breaks.
func TestFollowLogEnds(t *testing.T) {
	api := supervisor()
	log := client.LogName{Main: true}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	chunks, err := serve(t, bothFaces(t, api)).FollowLog(ctx, log, 1024)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range chunks {
		if err != nil {
			t.Errorf("by its context: %v", err)
		}
		cancel()
	}
	if _, err := serve(t, bothFaces(t, api)).FollowLog(ctx, log, 1024); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}

	for _, end := range []error{nil, io.ErrUnexpectedEOF} {
		c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "text")
			_ = http.NewResponseController(w).Flush()
			if end != nil {
				panic(http.ErrAbortHandler)
			}
		}))
		chunks, err := c.FollowLog(t.Context(), log, 1024)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for chunk, chunkErr := range chunks {
			got += string(chunk)
			err = chunkErr
		}
		if got != "text" || !errors.Is(err, end) {
			t.Errorf("%q, %v; want %v", got, err, end)
		}
	}
}

// Only the beginning of the stream has to come in time.
func TestFollowLogTimeout(t *testing.T) {
	silent := make(chan bool)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-silent:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(silent)
	c := newClient(t, client.Options{ServerURL: server.URL, Timeout: 20 * time.Millisecond})
	if _, err := c.FollowLog(t.Context(), client.LogName{Main: true}, 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want %v", err, context.DeadlineExceeded)
	}
}

func TestFollowLogAsksForTheRightThing(t *testing.T) {
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		got = append(got, r.Method+" "+r.URL.RequestURI()+" "+user+" "+password)
		w.WriteHeader(http.StatusTeapot)
	}))
	defer server.Close()
	c := newClient(t, client.Options{ServerURL: server.URL + "/behind/proxy", Username: "me", Password: "a:b"})
	for _, name := range []string{"cat", "grp:a", "a%/b:c?"} {
		_, err := c.FollowLog(t.Context(), client.LogName{Of: client.ParseSelector(name), Stream: client.Stderr}, 1024)
		if e, ok := errors.AsType[*client.HTTPError](err); !ok || e.Status != http.StatusTeapot {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, _ = c.FollowLog(t.Context(), client.LogName{Main: true}, 5) // the status is known
	want := []string{
		"GET /behind/proxy/logtail/cat/stderr me a:b",
		"GET /behind/proxy/logtail/grp:a/stderr me a:b",
		"GET /behind/proxy/logtail/a%25%2Fb:c%3F/stderr me a:b",
		"GET /behind/proxy/mainlogtail?back=5 me a:b",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// Python's server begins where it always does.
func TestFollowLogOfPython(t *testing.T) {
	port := testenv.FreePort(t)
	peer := rpctest.StartPeer(t, fmt.Sprintf(`
[inet_http_server]
port=127.0.0.1:%d
username=me
password=a:b
[program:cat]
command=/bin/cat
autostart=true
startsecs=0
stdout_logfile=DIR/cat.log
stderr_logfile=NONE
`, port))
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	cat := client.LogName{Of: client.ParseSelector("cat")}
	for i, o := range []client.Options{
		{ServerURL: "unix://" + peer.Socket},
		{ServerURL: url, Username: "me", Password: "a:b"},
	} {
		c := newClient(t, o)
		chunks, err := c.FollowLog(t.Context(), cat, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.WriteStdin(t.Context(), cat.Of, "line\n"); err != nil {
			t.Fatal(err)
		}
		collect(t, chunks, strings.Repeat("line\n", i+1), nil)
		stderr := cat
		stderr.Stream = client.Stderr
		if _, err := c.FollowLog(t.Context(), stderr, 0); !errors.Is(err, client.NewFault(client.NoFile, "")) {
			t.Errorf("stderr: %v", err)
		}
		nope := client.LogName{Of: client.ParseSelector("nope")}
		if _, err := c.FollowLog(t.Context(), nope, 0); !errors.Is(err, client.NewFault(client.BadName, "")) {
			t.Errorf("nope: %v", err)
		}
	}
	wrong := newClient(t, client.Options{ServerURL: url, Username: "me", Password: "b"})
	if _, err := wrong.FollowLog(t.Context(), cat, 0); !errors.Is(err, client.ErrUnauthorized) {
		t.Errorf("wrong password: %v", err)
	}
}
