package syslog

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"
	"time"
)

// Format is a form of messages.
type Format int

const (
	// RFC3164 is the older form, which every server reads.
	RFC3164 Format = iota
	// RFC5424 has a timestamp with year, zone and microseconds, and is always UTF-8.
	// Local servers often do not know it: rsyslogd takes its header for text there,
	// unless its useSpecialParser is off.
	RFC5424
)

// The longest that a whole message may be, in bytes.
const (
	// limit3164 is that of RFC 3164, 4.1.
	limit3164 = 1024
	// limitUDP is what RFC 5424, 6.1, says receivers should take; one datagram of it
	// seldom gets through without being taken apart.
	limitUDP = 2048
	// limitLarge is for ways without such limits: the default of Debian's rsyslogd, which
	// cuts what is longer and takes the rest for another message.
	limitLarge = 8096
)

// The longest that parts of a message may be, in bytes.
const (
	maxTag     = 32  // RFC 3164, 4.1.3
	maxAppName = 48  // RFC 5424, 6
	maxHost    = 255 // RFC 5424, 6
	maxPrefix  = 256
)

// header makes the part of a message before its text. It is as long at any time and
// for any process, but for the digits of the numbers.
type header struct {
	format   Format
	facility int
	host     string // "": leave it out
	tag      string
	pid      func() int // nil: unknown
	prefix   []byte
}

func newHeader(t Target, o Options, hostname string) header {
	h := header{format: o.Format, facility: o.Facility, pid: o.PID}
	h.prefix = cleanPrefix(o.Prefix, o.Format)
	if o.Format == RFC5424 {
		h.tag = word(o.Tag, maxAppName, isPrintable)
		h.host = word(cmp.Or(o.Hostname, hostname), maxHost, isPrintable)
		return h
	}
	h.tag = word(o.Tag, maxTag, isTag)
	if !t.local() {
		short, _, _ := strings.Cut(hostname, ".") // RFC 3164, 4.1.2: no domain
		h.host = word(cmp.Or(o.Hostname, short), maxHost, isPrintable)
	}
	return h
}

// limit is the longest message for t.
func (h *header) limit(t Target) int {
	switch {
	case t.local():
		return limitLarge
	case h.format == RFC3164:
		return limit3164
	case t.stream():
		return limitLarge
	}
	return limitUDP
}

// room is what is left for text under the limit. It does not change with the process.
func (h *header) room(t Target) int {
	longest := *h
	longest.facility = 23
	longest.pid = func() int { return 1e10 - 1 }
	return h.limit(t) - len(longest.append(nil, 0, time.Unix(0, 0)))
}

// append adds the header of a message to b.
func (h *header) append(b []byte, severity int, now time.Time) []byte {
	b = append(b, '<')
	b = strconv.AppendInt(b, int64(h.facility<<3|severity), 10)
	b = append(b, '>')
	pid := 0
	if h.pid != nil {
		pid = h.pid()
	}
	if h.format == RFC5424 {
		b = h.append5424(b, pid, now)
	} else {
		b = h.append3164(b, pid, now)
	}
	return append(b, h.prefix...)
}

func (h *header) append3164(b []byte, pid int, now time.Time) []byte {
	b = now.AppendFormat(b, time.Stamp)
	b = append(b, ' ')
	if h.host != "" {
		b = append(b, h.host...)
		b = append(b, ' ')
	}
	b = append(b, h.tag...)
	if pid > 0 {
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(pid), 10)
		b = append(b, ']')
	}
	return append(b, ": "...)
}

func (h *header) append5424(b []byte, pid int, now time.Time) []byte {
	b = append(b, "1 "...)
	b = now.AppendFormat(b, "2006-01-02T15:04:05.000000-07:00")
	b = append(b, ' ')
	b = append(b, h.host...)
	b = append(b, ' ')
	b = append(b, h.tag...)
	b = append(b, ' ')
	if pid > 0 {
		b = strconv.AppendInt(b, int64(pid), 10)
	} else {
		b = append(b, '-')
	}
	return append(b, " - - "...)
}

// word makes a field of s: what is not allowed becomes '_', and nothing becomes "-".
func word(s string, longest int, allowed func(rune) bool) string {
	s = strings.Map(func(r rune) rune {
		if allowed(r) {
			return r
		}
		return '_'
	}, s)
	return cmp.Or(s[:min(len(s), longest)], "-")
}

// isPrintable holds PRINTUSASCII of RFC 5424.
func isPrintable(r rune) bool { return r > ' ' && r < 0x7f }

// isTag leaves out what servers end a tag at: the colon, the bracket and the space.
// RFC 3164 has letters and digits alone; servers know the rest as parts of names.
func isTag(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./", r)
}

// cleanPrefix makes s safe as text, by the rules for text.
func cleanPrefix(s string, f Format) []byte {
	var first []byte
	clean := splitter{room: maxPrefix, strict: f == RFC5424, emit: func(piece []byte) {
		if first == nil {
			first = bytes.Clone(piece)
		}
	}}
	clean.write([]byte(strings.ReplaceAll(s, "\n", " ")))
	clean.end()
	return first
}
