package event_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/event"
)

// TestOutputPayload holds payloads as a listener of Python's supervisord reads them.
func TestOutputPayload(t *testing.T) {
	at := time.Unix(1795342409, 0)
	for _, tt := range []struct {
		event event.Event
		want  event.Event
		body  string
	}{
		{
			event.OfOutput(at, event.ProcessLogStdout, "grp", "g1", 6413, []byte("hé\x00\x1b[1m\n")),
			event.Event{At: at, Type: event.ProcessLogStdout, Group: "grp", Process: "g1", PID: 6413, Data: "hé\x00\x1b[1m\n"},
			"processname:g1 groupname:grp pid:6413 channel:stdout\nhé\x00\x1b[1m\n",
		},
		{
			event.OfOutput(at, event.ProcessLogStderr, "grp", "g1", 6413, []byte("err\n")),
			event.Event{At: at, Type: event.ProcessLogStderr, Group: "grp", Process: "g1", PID: 6413, Data: "err\n"},
			"processname:g1 groupname:grp pid:6413 channel:stderr\nerr\n",
		},
		{
			event.OfOutput(at, event.ProcessCommunicationStdout, "cap", "cap", 6411, []byte("data")),
			event.Event{At: at, Type: event.ProcessCommunicationStdout, Group: "cap", Process: "cap", PID: 6411, Data: "data"},
			"processname:cap groupname:cap pid:6411\ndata",
		},
		{
			event.OfOutput(at, event.ProcessCommunicationStderr, "cap", "cap", 6411, nil),
			event.Event{At: at, Type: event.ProcessCommunicationStderr, Group: "cap", Process: "cap", PID: 6411},
			"processname:cap groupname:cap pid:6411\n",
		},
	} {
		if d := cmp.Diff(tt.want, tt.event); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if got := tt.event.Payload(); got != tt.body {
			t.Errorf("got %q, want %q", got, tt.body)
		}
	}
}

// TestUndecodableData holds what Python's supervisord sends for bytes that are not UTF-8.
func TestUndecodableData(t *testing.T) {
	for data, want := range map[string]string{
		"h\xc3":                         `b'h\xc3'`,
		"\xa9llo\n":                     `b'\xa9llo\n'`,
		"a\xff\xfe\x00'\"\\\n\r\t\x7fb": `b'a\xff\xfe\x00\'"\\\n\r\t\x7fb'`,
		"a\xff'b":                       `b"a\xff'b"`,
		"a\xff\"b":                      `b'a\xff"b'`,
		"\xed\xa0\x80x":                 `b'\xed\xa0\x80x'`,
	} {
		head := "processname:p groupname:p pid:1"
		log := event.OfOutput(time.Time{}, event.ProcessLogStdout, "p", "p", 1, []byte(data))
		if got := log.Payload(); got != head+" channel:stdout\nUndecodable: "+want {
			t.Errorf("%q: got %q", data, got)
		}
		communication := event.OfOutput(time.Time{}, event.ProcessCommunicationStdout, "p", "p", 1, []byte(data))
		if got := communication.Payload(); got != head+"\nUndecodable: "+want {
			t.Errorf("%q: got %q", data, got)
		}
	}
}
