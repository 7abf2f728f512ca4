package testenv

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"sync"
)

// Journal keeps what is written to it. It may be read meanwhile. The zero Journal is empty.
type Journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds to the text.
func (j *Journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// String returns all of the text.
func (j *Journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// Lines returns the text in lines, without their ends.
func (j *Journal) Lines() []string {
	return strings.Split(strings.TrimSuffix(j.String(), "\n"), "\n")
}

// Logger returns a logger that writes a line to the Journal for each record, without the
// time and without the attributes that are named.
func (j *Journal) Logger(without ...string) *slog.Logger {
	return slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || slices.Contains(without, a.Key) {
				return slog.Attr{}
			}
			return a
		},
	}))
}
