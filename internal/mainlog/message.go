package mainlog

import (
	"context"
	"log/slog"
	"strings"
)

// Messages is a slog.Handler that hands on the text of each record without time and
// level, for a log that has its own, such as syslog.
type Messages struct {
	level slog.Leveler
	write func(level slog.Level, line string)
	err   string // of an err attribute given by WithAttrs
}

// NewMessages returns a handler that calls write for each line of what is at least at the
// given level. write must be safe for concurrent use and not block.
func NewMessages(level slog.Leveler, write func(level slog.Level, line string)) *Messages {
	return &Messages{level: level, write: write}
}

// Enabled reports whether records of the level are handed on.
func (m *Messages) Enabled(_ context.Context, l slog.Level) bool { return l >= m.level.Level() }

// Handle hands on one record.
func (m *Messages) Handle(_ context.Context, r slog.Record) error {
	for line := range strings.SplitSeq(string(appendText(nil, m.err, r)), "\n") {
		m.write(r.Level, line)
	}
	return nil
}

// WithAttrs returns a handler that adds an err attribute to its lines, as Handler does.
func (m *Messages) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *m
	next.err = givenErr(m.err, attrs)
	return &next
}

// WithGroup returns m: a line has no groups.
func (m *Messages) WithGroup(string) slog.Handler { return m }
