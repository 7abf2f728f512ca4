package eventstream

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/httpstream"
)

const (
	// maxStreams is how many clients may follow events at a time.
	maxStreams = 64
	// maxTypes is how many types a query may name.
	maxTypes = 100
)

// Handler answers requests to follow events. Make it with NewHandler, and call Close
// before the server is shut down: until then a stream may last for ever.
type Handler struct {
	api     control.API
	log     *slog.Logger
	streams *httpstream.Streams
}

// NewHandler returns the handler of /events. It answers 400 to what is no GET, and to a
// query that it does not understand.
func NewHandler(api control.API, log *slog.Logger) *Handler {
	return &Handler{api: api, log: log, streams: httpstream.New(maxStreams)}
}

// Close ends all streams and refuses others.
func (h *Handler) Close() { h.streams.Close() }

// ServeHTTP streams events until the client leaves or Close is called.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query, err := parse(r.URL.RawQuery)
	if r.Method != http.MethodGet || err != nil {
		httpstream.Fail(w, http.StatusBadRequest)
		return
	}
	out := http.NewResponseController(w)
	ctx, leave, ok := h.streams.Enter(r, out)
	if !ok {
		httpstream.Fail(w, http.StatusServiceUnavailable)
		return
	}
	defer leave()
	events, err := h.api.Events(ctx, query)
	if err != nil {
		httpstream.Fail(w, h.status(err))
		return
	}
	if httpstream.Begin(w, out, "application/x-ndjson") != nil {
		return
	}
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	for e, err := range events {
		if err != nil {
			h.log.Warn("events cannot be followed any more", "err", err)
			return
		}
		if write(lines, e) != nil || out.Flush() != nil {
			return
		}
	}
}

// write writes the line of an event.
func write(lines *json.Encoder, e control.Event) error {
	if e.Lost > 0 {
		return lines.Encode(lost{e.Lost})
	}
	return lines.Encode(e.Record)
}

// lost is the line in place of events that are missing.
type lost struct {
	Lost uint64 `json:"lost"`
}

// parse reads the query of a request.
func parse(raw string) (q control.EventQuery, err error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return q, err
	}
	q.Follow = true
	if follow := values.Get("follow"); follow != "" {
		if q.Follow, err = strconv.ParseBool(follow); err != nil {
			return q, err
		}
	}
	if back := values.Get("back"); back != "" {
		n, err := strconv.ParseUint(back, 10, 31)
		if err != nil {
			return q, err
		}
		q.Back = int(n)
	}
	for name := range strings.SplitSeq(strings.Join(values["type"], ","), ",") {
		if name == "" {
			continue
		}
		if len(q.Types) == maxTypes {
			return q, errTooMany
		}
		q.Types = append(q.Types, event.Type(strings.ToUpper(name)))
	}
	return q, nil
}

var errTooMany = errors.New("too many types")

// status returns what tells a client of an error before the stream. What is no fault is
// one of ours.
func (h *Handler) status(err error) int {
	if errors.Is(err, control.NewFault(control.BadArguments, "")) {
		return http.StatusBadRequest
	}
	h.log.Error("events cannot be followed", "err", err)
	return http.StatusInternalServerError
}
