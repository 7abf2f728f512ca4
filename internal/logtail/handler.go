package logtail

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"supervisord/internal/control"
	"supervisord/internal/httpstream"
)

const (
	// defaultBack is how far before its end a log is shown from, in bytes, as by Python.
	defaultBack = 1024
	// maxStreams is how many logs may be followed at a time, in all.
	maxStreams = 128
)

// Handler answers requests to follow a log. Make it with NewHandler, and call Close before
// the server is shut down: until then a stream may last for ever.
type Handler struct {
	api     control.API
	log     *slog.Logger
	streams *httpstream.Streams
}

// NewHandler returns the handler of /logtail/NAME, with or without a channel behind
// it, and of all that begins with /mainlogtail. It answers 400 to what is no GET, as
// Python's server does, and 404 for a process, channel or log that is not there.
func NewHandler(api control.API, log *slog.Logger) *Handler {
	return &Handler{api: api, log: log, streams: httpstream.New(maxStreams)}
}

// ServeHTTP streams a log until the client leaves or Close is called.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	log, ok := logOf(r.URL.EscapedPath())
	switch {
	case r.Method != http.MethodGet:
		httpstream.Fail(w, http.StatusBadRequest)
	case !ok:
		httpstream.Fail(w, http.StatusNotFound)
	default:
		h.stream(w, r, log)
	}
}

// logOf returns the log that a path names. There is no ServeMux, since it would send
// clients of odd names to paths that it takes for the same.
func logOf(escaped string) (log control.LogName, ok bool) {
	parts := strings.Split(strings.TrimPrefix(escaped, "/"), "/")
	for i, part := range parts {
		var err error
		if parts[i], err = url.PathUnescape(part); err != nil {
			return log, false
		}
	}
	switch {
	case parts[0] == "mainlogtail":
		return control.LogName{Main: true}, true
	case parts[0] != "logtail" || len(parts) < 2 || len(parts) > 3:
		return log, false
	}
	log.Of = control.ParseSelector(parts[1])
	if len(parts) == 3 {
		switch parts[2] {
		case "stdout":
		case "stderr":
			log.Stream = control.Stderr
		default:
			return log, false
		}
	}
	return log, true
}

// Close ends all streams and refuses others.
func (h *Handler) Close() { h.streams.Close() }

// stream answers with a log.
func (h *Handler) stream(w http.ResponseWriter, r *http.Request, log control.LogName) {
	back, err := backOf(r)
	if err != nil {
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
	chunks, err := h.api.FollowLog(ctx, log, back)
	if err != nil {
		httpstream.Fail(w, h.status(r, err))
		return
	}
	if httpstream.Begin(w, out, "text/plain;charset=utf-8") != nil {
		return
	}
	for chunk, err := range chunks {
		if err != nil {
			h.log.Warn(fmt.Sprintf("%s cannot be followed any more", r.URL.EscapedPath()), "path", r.URL.EscapedPath(), "err", err)
			return
		}
		if _, err := w.Write(chunk); err != nil || out.Flush() != nil {
			return
		}
	}
}

// backOf returns how far before its end a log is to be shown from.
func backOf(r *http.Request) (int64, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	text := query.Get("back")
	if err != nil || text == "" {
		return defaultBack, err
	}
	n, err := strconv.ParseUint(text, 10, 63)
	return int64(n), err
}

// status returns what tells a client of an error before the stream. What is no fault is
// one of ours.
func (h *Handler) status(r *http.Request, err error) int {
	if fault, ok := errors.AsType[*control.Fault](err); ok && (fault.Code == control.BadName || fault.Code == control.NoFile) {
		return http.StatusNotFound
	}
	h.log.Error(fmt.Sprintf("%s cannot be followed", r.URL.EscapedPath()), "path", r.URL.EscapedPath(), "err", err)
	return http.StatusInternalServerError
}
