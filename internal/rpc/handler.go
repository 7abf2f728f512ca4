package rpc

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"supervisord/internal/control"
)

const (
	// maxRequest bounds the body of a request, in bytes.
	maxRequest = 8 << 20
	// maxPooled bounds an answer whose buffer is kept for the next, in bytes.
	maxPooled = 4 << 20
	// maxMulticall bounds what one multicall may answer, in bytes.
	maxMulticall = 64 << 20
)

// NewHandler returns the handler of POST /RPC2, and of every path that begins so, as
// with Python's server. It answers 400 to what is not a POST or not XML-RPC, 411 to a
// request without a Content-Length and 413 to one that is too long. A method that
// waits for processes stops waiting when the client goes away.
func NewHandler(api control.API, log *slog.Logger) http.Handler {
	h := &handler{api: api, log: log, methods: make(map[string]*method)}
	for _, table := range [][]method{supervisorMethods, h.systemMethods()} {
		for i := range table {
			for _, name := range table[i].names {
				h.methods[name] = &table[i]
			}
		}
	}
	return h
}

type handler struct {
	api     control.API
	log     *slog.Logger
	methods map[string]*method // by each of their names
	buffers sync.Pool          // of *[]byte, for answers
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := ""
	defer func() {
		if p := recover(); p != nil {
			h.log.Error("panic in an XML-RPC method", "method", name, "err", p, "stack", string(debug.Stack()))
			fail(w, http.StatusInternalServerError)
		}
	}()
	body, status := readBody(w, r)
	if status != 0 {
		fail(w, status)
		return
	}
	name, params, err := DecodeRequest(body, RequestLimits)
	if err != nil {
		h.log.Debug("bad XML-RPC request", "err", err)
		fail(w, http.StatusBadRequest)
		return
	}
	began := time.Now()
	buffer, _ := h.buffers.Get().(*[]byte)
	if buffer == nil {
		buffer = new([]byte)
	}
	answer, err := h.answer(r.Context(), (*buffer)[:0], name, params)
	h.log.Debug("XML-RPC request", "method", name, "took", time.Since(began), "err", err)
	if r.Context().Err() != nil {
		return // nobody is there to read it
	}
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	_, _ = w.Write(answer) // if the client is gone there is nobody to tell
	if cap(answer) <= maxPooled {
		*buffer = answer
		h.buffers.Put(buffer)
	}
}

// readBody returns the body of a call, or the HTTP status that refuses it.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, int) {
	switch {
	case r.Method != http.MethodPost:
		return nil, http.StatusBadRequest // not 405: Python's answer
	case r.ContentLength < 0, r.ContentLength == 0 && r.Header.Get("Content-Length") == "":
		return nil, http.StatusLengthRequired
	case r.ContentLength > maxRequest:
		return nil, http.StatusRequestEntityTooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok { // a limit set outside
		return nil, http.StatusRequestEntityTooLarge
	}
	if err != nil {
		return nil, http.StatusBadRequest
	}
	return body, 0
}

// fail answers with an HTTP status and its name.
func fail(w http.ResponseWriter, status int) { http.Error(w, http.StatusText(status), status) }

// answer calls a method and appends to b what it returns. The error is what the method
// failed with.
func (h *handler) answer(ctx context.Context, b []byte, name string, params []any) ([]byte, error) {
	v, err := h.call(ctx, name, params)
	if err == nil {
		var whole []byte
		if whole, err = AppendResponse(b, v); err == nil {
			return whole, nil
		}
	}
	return AppendFault(b, h.fault(ctx, name, err)), err
}

// fault returns the fault that tells a client of err. What is no fault already is one
// of ours, worth a line in the log unless the client itself has cancelled the call.
func (h *handler) fault(ctx context.Context, name string, err error) *control.Fault {
	if f, ok := errors.AsType[*control.Fault](err); ok {
		return f
	}
	if ctx.Err() == nil {
		h.log.Error("XML-RPC method failed", "method", name, "err", err)
	}
	return control.NewFault(control.Failed, err.Error())
}

// call calls a method by the name that is on the wire.
func (h *handler) call(ctx context.Context, name string, params []any) (any, error) {
	m, ok := h.methods[name]
	if !ok {
		return nil, control.NewFault(control.UnknownMethod, "")
	}
	if !m.takes(len(params)) {
		return nil, control.NewFault(control.IncorrectParameters, "")
	}
	if !m.anytime {
		info, err := h.api.Supervisor(ctx)
		if err != nil {
			return nil, err
		}
		if info.Mood != control.MoodRunning {
			return nil, control.NewFault(control.ShutdownState, "")
		}
	}
	a, err := m.arguments(params)
	if err != nil {
		return nil, err
	}
	return m.call(ctx, h.api, a)
}
