package logtail

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync"

	"supervisord/internal/control"
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
	api control.API
	log *slog.Logger
	mux http.ServeMux

	mu      sync.Mutex
	streams map[*http.Request]context.CancelFunc
	closed  bool
}

// NewHandler returns the handler of /logtail/{name}, with or without a channel behind
// it, and of all that begins with /mainlogtail. It answers 400 to what is no GET, as
// Python's server does, and 404 for a process, channel or log that is not there.
func NewHandler(api control.API, log *slog.Logger) *Handler {
	h := &Handler{api: api, log: log, streams: make(map[*http.Request]context.CancelFunc)}
	h.mux.HandleFunc("/logtail/{name}", h.process)
	h.mux.HandleFunc("/logtail/{name}/{channel}", h.process)
	h.mux.HandleFunc("/mainlogtail", h.main)
	h.mux.HandleFunc("/mainlogtail/", h.main)
	return h
}

// ServeHTTP streams a log until the client leaves or Close is called.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		fail(w, http.StatusBadRequest)
		return
	}
	h.mux.ServeHTTP(w, r)
}

// Close ends all streams and refuses others.
func (h *Handler) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, end := range h.streams {
		end()
	}
}

func (h *Handler) process(w http.ResponseWriter, r *http.Request) {
	log := control.LogName{Of: control.ParseSelector(r.PathValue("name"))}
	switch r.PathValue("channel") {
	case "", "stdout":
	case "stderr":
		log.Stream = control.Stderr
	default:
		fail(w, http.StatusNotFound)
		return
	}
	h.stream(w, r, log)
}

func (h *Handler) main(w http.ResponseWriter, r *http.Request) {
	h.stream(w, r, control.LogName{Main: true})
}

// stream answers with a log.
func (h *Handler) stream(w http.ResponseWriter, r *http.Request, log control.LogName) {
	back, err := backOf(r)
	if err != nil {
		fail(w, http.StatusBadRequest)
		return
	}
	ctx, leave, ok := h.enter(r)
	if !ok {
		fail(w, http.StatusServiceUnavailable)
		return
	}
	defer leave()
	chunks, err := h.api.FollowLog(ctx, log, back)
	if err != nil {
		fail(w, h.status(r, err))
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/plain;charset=utf-8")
	header.Set("X-Content-Type-Options", "nosniff") // programs may write HTML
	header.Set("X-Accel-Buffering", "no")           // for nginx: pass it on at once
	w.WriteHeader(http.StatusOK)
	flusher := http.NewResponseController(w)
	if flusher.Flush() != nil {
		return // nobody is there to read it
	}
	for chunk, err := range chunks {
		if err != nil {
			h.log.Warn("a log cannot be followed any more", "path", r.URL.EscapedPath(), "err", err)
			return
		}
		if _, err := w.Write(chunk); err != nil || flusher.Flush() != nil {
			return
		}
	}
}

// backOf returns how far before its end a log is to be shown from.
func backOf(r *http.Request) (int64, error) {
	text := r.URL.Query().Get("back")
	if text == "" {
		return defaultBack, nil
	}
	n, err := strconv.ParseUint(text, 10, 63)
	return int64(n), err
}

// enter makes room for a stream, unless there are too many or the end has come. The
// context ends with the request or by Close; leave must be called.
func (h *Handler) enter(r *http.Request) (ctx context.Context, leave func(), ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.streams) >= maxStreams {
		return nil, nil, false
	}
	ctx, cancel := context.WithCancel(r.Context())
	h.streams[r] = cancel
	return ctx, func() {
		cancel()
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.streams, r)
	}, true
}

// status returns what tells a client of an error before the stream. What is no fault is
// one of ours.
func (h *Handler) status(r *http.Request, err error) int {
	if fault, ok := errors.AsType[*control.Fault](err); ok && (fault.Code == control.BadName || fault.Code == control.NoFile) {
		return http.StatusNotFound
	}
	h.log.Error("a log cannot be followed", "path", r.URL.EscapedPath(), "err", err)
	return http.StatusInternalServerError
}

// fail answers with an HTTP status and its name.
func fail(w http.ResponseWriter, status int) { http.Error(w, http.StatusText(status), status) }
