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

// errKey is the one attribute that is a part of a line.
const errKey = "err"

// labels are the level names of Python's log lines, from the highest.
var labels = []struct {
	from slog.Level
	name string // in a line
	word string // in JSON, as loglevel has it
}{
	{LevelCritical, "CRIT", "critical"},
	{slog.LevelError, "ERRO", "error"},
	{slog.LevelWarn, "WARN", "warn"},
	{slog.LevelInfo, "INFO", "info"},
	{slog.LevelDebug, "DEBG", "debug"},
	{LevelTrace, "TRAC", "trace"},
	{LevelBlather, "BLAT", "blather"},
}

func label(l slog.Level) string { return labels[rowOf(l)].name }

// rowOf returns the index of a level among labels.
func rowOf(l slog.Level) int {
	for i, row := range labels {
		if l >= row.from {
			return i
		}
	}
	return len(labels) - 1
}

// At writes a record at a level that slog.Logger has no method for. A line of this log
// belongs to no request, so it takes no context.
func At(log *slog.Logger, level slog.Level, msg string, args ...any) {
	log.Log(context.Background(), level, msg, args...)
}

// Handler is a slog.Handler that writes lines. It is safe for concurrent use, and so are
// the handlers derived from it.
type Handler struct {
	level slog.Leveler
	out   *out
	err   string // of an err attribute given by WithAttrs
}

type out struct {
	mu   sync.Mutex
	w    io.Writer
	line []byte
}

// NewHandler returns a [Handler] that writes what is at least at the given level.
func NewHandler(level slog.Leveler, w io.Writer) slog.Handler {
	return &Handler{level: level, out: &out{w: w}}
}

// Enabled reports whether records of the level are written.
func (h *Handler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level.Level() }

// Handle writes one line. Line breaks in the message are kept, as Python keeps them.
func (h *Handler) Handle(_ context.Context, r slog.Record) error {
	h.out.mu.Lock()
	defer h.out.mu.Unlock()
	b := appendTime(h.out.line[:0], r.Time)
	b = append(b, ' ')
	b = append(b, label(r.Level)...)
	b = append(b, ' ')
	b = appendText(b, h.err, r)
	b = append(b, '\n')
	h.out.line = b[:0]
	_, err := h.out.w.Write(b)
	return err
}

// appendText writes the message, and behind it the err attribute, which is given if the
// record has none of its own.
func appendText(b []byte, given string, r slog.Record) []byte {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == errKey {
			given = a.Value.String()
		}
		return true
	})
	b = append(b, r.Message...)
	if given != "" {
		b = append(b, ": "...)
		b = append(b, strings.ReplaceAll(given, "\n", "; ")...)
	}
	return b
}

// givenErr returns the err attribute among attrs, or else before.
func givenErr(before string, attrs []slog.Attr) string {
	for _, a := range attrs {
		if a.Key == errKey {
			before = a.Value.String()
		}
	}
	return before
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
	next.err = givenErr(h.err, attrs)
	return &next
}

// WithGroup returns h: a line has no groups.
func (h *Handler) WithGroup(string) slog.Handler { return h }
