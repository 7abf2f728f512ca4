package readiness

import (
	"bytes"
	"regexp"
)

// maxLine is how much of a line a pattern is tried on, in bytes.
const maxLine = 8 << 10

// LogMatch looks for a line of output that matches a pattern. It is a sink of what the
// program writes, in chunks of any size.
type LogMatch struct {
	pattern *regexp.Regexp
	found   func()
	done    bool
	line    []byte // that has not ended
}

// NewLogMatch returns a LogMatch that calls found at the first match, once.
func NewLogMatch(pattern *regexp.Regexp, found func()) *LogMatch {
	return &LogMatch{pattern: pattern, found: found}
}

// Write never fails. After a match it does nothing.
func (m *LogMatch) Write(p []byte) (int, error) {
	n := len(p)
	for !m.done && len(p) > 0 {
		part, rest, ended := bytes.Cut(p, []byte("\n"))
		m.line = append(m.line, part[:min(len(part), maxLine-len(m.line))]...)
		p = rest
		if ended {
			m.try()
		}
	}
	return n, nil
}

// Close tries what has no end of line behind it.
func (m *LogMatch) Close() error {
	if !m.done && len(m.line) > 0 {
		m.try()
	}
	return nil
}

func (m *LogMatch) try() {
	m.done = m.pattern.Match(bytes.TrimSuffix(m.line, []byte("\r")))
	m.line = m.line[:0]
	if m.done {
		m.line = nil
		m.found()
	}
}
