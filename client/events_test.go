package client_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/eventstream"
	"supervisord/internal/rpc/rpctest"
)

// connect returns a client of a server with the handler.
func connect(t *testing.T, h http.Handler) *client.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	c, err := client.New(client.Options{ServerURL: server.URL, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEventsComeThroughTheWire(t *testing.T) {
	at := time.Unix(1795342409, 0).UTC()
	want := []control.Event{
		{Record: event.Event{Serial: 1, At: at, Type: event.ProcessGroupAdded, Group: "web"}.Record()},
		{Lost: 17},
		{Record: event.Event{Serial: 19, At: at, Type: event.RemoteCommunication, Kind: "k", Data: "line\n"}.Record()},
	}
	h := eventstream.NewHandler(&rpctest.Supervisor{Recorded: want}, slog.New(slog.DiscardHandler))
	t.Cleanup(h.Close)
	c := connect(t, h)
	for _, follow := range []bool{false, true} {
		ctx, leave := context.WithCancel(t.Context())
		events, err := c.Events(ctx, client.EventQuery{Types: []client.EventType{event.ProcessGroup, event.RemoteCommunication}, Back: 10, Follow: follow})
		if err != nil {
			t.Fatal(err)
		}
		var got []control.Event
		for e, err := range events {
			if err != nil {
				t.Error(err)
			}
			if got = append(got, e); len(got) == len(want) && follow {
				leave() // or there is no end
			}
		}
		leave()
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("follow %v (-want +got):\n%s", follow, d)
		}
	}
	if _, err := c.Events(t.Context(), client.EventQuery{Types: []client.EventType{"NOPE"}}); !errors.Is(err, client.NewFault(client.BadArguments, "")) {
		t.Errorf("unknown type: %v", err)
	}
}

func TestEventsOfOtherServers(t *testing.T) {
	none := connect(t, http.NotFoundHandler())
	if _, err := none.Events(t.Context(), client.EventQuery{}); !errors.Is(err, client.NewFault(client.UnknownMethod, "")) {
		t.Errorf("server without events: %v", err)
	}
	odd := connect(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>\n") }))
	events, err := odd.Events(t.Context(), client.EventQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, err = range events {
	}
	if !errors.Is(err, client.ErrMalformed) {
		t.Errorf("a web page: %v", err)
	}
}
