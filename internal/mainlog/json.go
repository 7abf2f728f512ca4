package mainlog

import (
	"io"
	"log/slog"
)

// NewJSONHandler returns a handler that writes each record as one JSON object per line:
// time, level (in the words of loglevel), msg and the record's attributes.
func NewJSONHandler(level slog.Leveler, w io.Writer) slog.Handler {
	return slog.NewJSONHandler(w, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if l, ok := a.Value.Any().(slog.Level); ok && len(groups) == 0 && a.Key == slog.LevelKey {
				return slog.String(slog.LevelKey, labels[rowOf(l)].word)
			}
			return a
		},
	})
}
