package eventstream_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/eventstream"
	"supervisord/internal/rpc/rpctest"
)

// serve returns the address of a server with the handler.
func serve(t *testing.T, api control.API) (string, *eventstream.Handler) {
	t.Helper()
	h := eventstream.NewHandler(api, slog.New(slog.DiscardHandler))
	server := httptest.NewServer(h)
	t.Cleanup(func() { h.Close(); server.Close() })
	return server.URL, h
}

func ask(t *testing.T, method, address string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
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

func supervisor() *rpctest.Supervisor {
	at := time.Unix(1795342409, 0)
	return &rpctest.Supervisor{Recorded: []control.Event{
		{Record: event.Event{Serial: 1, At: at, Type: event.ProcessGroupAdded, Group: "<web>"}.Record()},
		{Lost: 17},
		{Record: event.Event{Serial: 19, At: at, Type: event.Tick5}.Record()},
	}}
}

const (
	added = `{"serial":1,"time":"2026-11-22T10:13:29Z","type":"PROCESS_GROUP_ADDED","payload":{"groupname":"<web>"}}` + "\n"
	lost  = `{"lost":17}` + "\n"
	tick  = `{"serial":19,"time":"2026-11-22T10:13:29Z","type":"TICK_5","payload":{"when":1795342405}}` + "\n"
)

func TestWhatIsServed(t *testing.T) {
	url, _ := serve(t, supervisor())
	for _, c := range []struct {
		method, query string
		status        int
		body          string
	}{
		{"GET", "?back=10&follow=false", 200, added + lost + tick},
		{"GET", "?back=1&follow=0", 200, tick},
		{"GET", "?follow=false", 200, ""},
		{"GET", "?back=9&follow=false&type=process_group", 200, added + lost},
		{"GET", "?back=9&follow=false&type=PROCESS_GROUP,TICK_60&type=TICK", 200, added + lost + tick},
		{"GET", "?type=NOPE", 400, "Bad Request\n"},
		{"GET", "?back=-1", 400, "Bad Request\n"},
		{"GET", "?back=99999999999", 400, "Bad Request\n"},
		{"GET", "?follow=perhaps", 400, "Bad Request\n"},
		{"GET", "?type=%zz", 400, "Bad Request\n"},
		{"POST", "", 400, "Bad Request\n"},
	} {
		t.Run(c.method+c.query, func(t *testing.T) {
			resp := ask(t, c.method, url+"/events"+c.query)
			body, err := io.ReadAll(resp.Body)
			if d := cmp.Diff(c.body, string(body)); d != "" || resp.StatusCode != c.status || err != nil {
				t.Errorf("status %d, %v (-want +got):\n%s", resp.StatusCode, err, d)
			}
			if got := resp.Header.Get("Content-Type"); c.status == 200 && got != "application/x-ndjson" {
				t.Errorf("type %q", got)
			}
		})
	}
}

// The header and what there is come at once, and Close ends the stream in order.
func TestStreamsAreLiveAndEndInOrder(t *testing.T) {
	url, h := serve(t, supervisor())
	resp := ask(t, "GET", url+"/events?back=1")
	lines := bufio.NewReader(resp.Body)
	if line, err := lines.ReadString('\n'); line != tick || err != nil {
		t.Errorf("%q, %v", line, err)
	}
	h.Close()
	if rest, err := io.ReadAll(lines); len(rest) > 0 || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
	if resp := ask(t, "GET", url+"/events"); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d after the end", resp.StatusCode)
	}
}

// failing cannot tell of events, or not for long.
type failing struct {
	control.API
	before, after error
}

func (f failing) Events(context.Context, control.EventQuery) (iter.Seq2[control.Event, error], error) {
	return func(yield func(control.Event, error) bool) {
		if yield(control.Event{Lost: 17}, nil) {
			yield(control.Event{}, f.after)
		}
	}, f.before
}

func TestErrors(t *testing.T) {
	broken := errors.New("out of order")
	for _, c := range []struct {
		api    failing
		status int
		body   string
	}{
		{failing{before: broken}, 500, "Internal Server Error\n"},
		{failing{before: control.NewFault(control.ShutdownState, "")}, 500, "Internal Server Error\n"},
		{failing{after: broken}, 200, lost},
	} {
		url, _ := serve(t, c.api)
		resp := ask(t, "GET", url+"/events")
		body, err := io.ReadAll(resp.Body)
		if resp.StatusCode != c.status || string(body) != c.body || err != nil {
			t.Errorf("%+v: status %d, %q, %v", c.api, resp.StatusCode, body, err)
		}
	}
}
