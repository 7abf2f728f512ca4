package mainlog

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// The levels of Supervisor that slog does not name.
const (
	LevelCritical = slog.LevelError + 4
	LevelTrace    = slog.LevelDebug - 4
	LevelBlather  = slog.LevelDebug - 8
)

// labels are the level names of Python's log lines, from the highest.
var labels = []struct {
	from slog.Level
	name string
}{
	{LevelCritical, "CRIT"},
	{slog.LevelError, "ERRO"},
	{slog.LevelWarn, "WARN"},
	{slog.LevelInfo, "INFO"},
	{slog.LevelDebug, "DEBG"},
	{LevelTrace, "TRAC"},
	{LevelBlather, "BLAT"},
}

func label(l slog.Level) string {
	for _, row := range labels {
		if l >= row.from {
			return row.name
		}
	}
	return "BLAT"
}

// At writes a record at a level that slog.Logger has no method for. A line of this log
// belongs to no request, so it takes no context.
func At(log *slog.Logger, level slog.Level, msg string, args ...any) {
	log.Log(context.Background(), level, msg, args...)
}

// Handler is a slog.Handler that writes lines to one or more writers. It is safe for
// concurrent use, and so are the handlers derived from it.
type Handler struct {
	level slog.Leveler
	out   *outputs
	err   string // of an err attribute given by WithAttrs
}

type outputs struct {
	mu      sync.Mutex
	writers []io.Writer
	line    []byte
}

// NewHandler returns a handler that writes what is at least at the given level to all
// of the writers. A writer that fails does not keep the line from the others.
func NewHandler(level slog.Leveler, writers ...io.Writer) *Handler {
	return &Handler{level: level, out: &outputs{writers: writers}}
}

// Enabled reports whether records of the level are written.
func (h *Handler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level.Level() }

// Handle writes one line. Line breaks in the message are kept, as Python keeps them.
func (h *Handler) Handle(_ context.Context, r slog.Record) error {
	cause := h.err
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "err" {
			cause = a.Value.String()
		}
		return true
	})
	h.out.mu.Lock()
	defer h.out.mu.Unlock()
	b := appendTime(h.out.line[:0], r.Time)
	b = append(b, ' ')
	b = append(b, label(r.Level)...)
	b = append(b, ' ')
	b = append(b, r.Message...)
	if cause != "" {
		b = append(b, ": "...)
		b = append(b, strings.ReplaceAll(cause, "\n", "; ")...)
	}
	b = append(b, '\n')
	h.out.line = b[:0]
	var failed error
	for _, w := range h.out.writers {
		if _, err := w.Write(b); err != nil {
			failed = err
		}
	}
	return failed
}

// appendTime writes local time with milliseconds behind a comma.
func appendTime(b []byte, t time.Time) []byte {
	b = t.AppendFormat(b, "2006-01-02 15:04:05.000")
	b[len(b)-4] = ','
	return b
}

// WithAttrs returns a handler that adds an err attribute to its lines; others are for
// machine-readable forms.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *h
	for _, a := range attrs {
		if a.Key == "err" {
			next.err = a.Value.String()
		}
	}
	return &next
}

// WithGroup returns h: a line has no groups.
func (h *Handler) WithGroup(string) slog.Handler { return h }
