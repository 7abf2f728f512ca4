package event

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Channel is one of the two outputs of a process.
type Channel int

// The channels, in the order of file descriptors.
const (
	Stdout Channel = iota
	Stderr
)

// String returns the channel's name in events: stdout or stderr.
func (c Channel) String() string {
	if c == Stderr {
		return "stderr"
	}
	return "stdout"
}

// LogType returns the type of the event that repeats output of channel c.
func LogType(c Channel) Type {
	if c == Stderr {
		return ProcessLogStderr
	}
	return ProcessLogStdout
}

// CommunicationType returns the type of the event of a capture on channel c.
func CommunicationType(c Channel) Type {
	if c == Stderr {
		return ProcessCommunicationStderr
	}
	return ProcessCommunicationStdout
}

// OfOutput returns the event of type t, one of PROCESS_LOG or PROCESS_COMMUNICATION, of a
// process that wrote data, of which it keeps a copy.
func OfOutput(at time.Time, t Type, group, name string, pid int, data []byte) Event {
	return Event{At: at, Type: t, Process: name, Group: group, PID: pid, Data: string(data)}
}

// channel is that of a PROCESS_LOG.
func (e Event) channel() Channel {
	if e.Type == ProcessLogStderr {
		return Stderr
	}
	return Stdout
}

// decodable returns data if it is UTF-8, and otherwise what Python's Supervisor sends in
// its place.
func decodable(data string) string {
	if utf8.ValidString(data) {
		return data
	}
	return "Undecodable: " + bytesLiteral(data)
}

// bytesLiteral returns data as a literal of Python's type bytes, as repr() does.
func bytesLiteral(data string) string {
	quote := byte('\'')
	if strings.Contains(data, "'") && !strings.Contains(data, `"`) {
		quote = '"'
	}
	const hex = "0123456789abcdef"
	b := append(make([]byte, 0, 4*len(data)+3), 'b', quote)
	for _, c := range []byte(data) {
		switch {
		case c == quote || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c < ' ' || c >= 0x7f:
			b = append(b, '\\', 'x', hex[c>>4], hex[c&0xf])
		default:
			b = append(b, c)
		}
	}
	return string(append(b, quote))
}
