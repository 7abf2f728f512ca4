package event_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/event"
	"supervisord/internal/process"
)

// TestRecordAsJSON shows the JSON of events, which comes back as it was.
func TestRecordAsJSON(t *testing.T) {
	at := time.Unix(1795342409, 5e8)
	const head = `"time":"2026-11-22T10:13:29.5Z",`
	for _, c := range []struct {
		of   event.Event
		want string
	}{
		{
			event.OfChange(at, "g", "f", process.Changed{From: process.Running, To: process.Exited, PID: 64, Expected: true}),
			`{"serial":0,` + head + `"type":"PROCESS_STATE_EXITED","payload":{"processname":"f","groupname":"g","from_state":"RUNNING","expected":1,"pid":64}}`,
		},
		{
			event.Event{Serial: 7, At: at, Type: event.SupervisorStateChangeStopping},
			`{"serial":7,` + head + `"type":"SUPERVISOR_STATE_CHANGE_STOPPING","payload":{}}`,
		},
		{
			event.Event{At: at, Type: event.RemoteCommunication, Kind: "a \"b\"\n", Data: "x\x00:y\n"},
			`{"serial":0,` + head + `"type":"REMOTE_COMMUNICATION","payload":{"type":"a \"b\"\n"},"data":"x\u0000:y\n"}`,
		},
		{
			event.OfOutput(at, event.ProcessLogStderr, "g", "f", 9, []byte("caf\xc3")),
			`{"serial":0,` + head + `"type":"PROCESS_LOG_STDERR","payload":{"processname":"f","groupname":"g","pid":9,"channel":"stderr"},"data":"Undecodable: b'caf\\xc3'"}`,
		},
		{
			event.Event{At: at, Type: event.Tick60},
			`{"serial":0,` + head + `"type":"TICK_60","payload":{"when":1795342380}}`,
		},
	} {
		got, err := json.Marshal(c.of.Record())
		if d := cmp.Diff(c.want, string(got)); d != "" || err != nil {
			t.Errorf("(-want +got):\n%s%v", d, err)
		}
		var back event.Record
		err = json.Unmarshal(got, &back)
		if d := cmp.Diff(c.of.Record(), back); d != "" || err != nil {
			t.Errorf("%s comes back (-want +got):\n%s%v", c.want, d, err)
		}
	}
}

func TestOddPayloadsAreErrors(t *testing.T) {
	for _, text := range []string{`{"a":{}}`, `{"a":[1]}`, `{"a":1.5}`, `{"a":true}`, `[]`, `"a"`, `1`, `{"a":123456789012345678901}`} {
		var f event.Fields
		if err := json.Unmarshal([]byte(text), &f); err == nil {
			t.Errorf("%s is %v", text, f)
		}
	}
}
