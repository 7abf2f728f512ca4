package event_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/event"
	"supervisord/internal/process"
)

// TestTableSaysWhatPayloadsHave compares the keys of each row with the payload of an
// event of that type.
func TestTableSaysWhatPayloadsHave(t *testing.T) {
	const mark = "some data"
	changes := map[event.Type]process.Phase{}
	for phase, name := range event.States {
		changes[name] = phase
	}
	for _, row := range event.Table {
		if row.Doc == "" {
			t.Errorf("%s: says nothing", row.Type)
		}
		if row.Abstract {
			if row.Keys != nil || row.Data != "" {
				t.Errorf("%s: abstract types have no payload", row.Type)
			}
			continue
		}
		e := event.Event{At: time.Unix(0, 0), Type: row.Type, Process: "p", Group: "g", PID: 1, Kind: "k", Data: mark}
		if phase, ok := changes[row.Type]; ok {
			e.Change = process.Changed{To: phase}
		}
		line, data, _ := strings.Cut(e.Payload(), "\n")
		var keys []string
		for word := range strings.FieldsSeq(line) {
			key, _, _ := strings.Cut(word, ":")
			keys = append(keys, key)
		}
		if d := cmp.Diff(row.Keys, keys); d != "" {
			t.Errorf("%s: keys (-table +payload):\n%s", row.Type, d)
		}
		if got := data == mark; got != (row.Data != "") {
			t.Errorf("%s: data %q, and the table says %q", row.Type, data, row.Data)
		}
	}
}

// TestTableIsInOrder holds that parents come before their children.
func TestTableIsInOrder(t *testing.T) {
	seen := map[event.Type]bool{"": true}
	for i, name := range event.Names() {
		row := event.Table[i]
		if string(row.Type) != name || seen[row.Type] || !seen[row.Parent] {
			t.Errorf("%s: row %d of the table", name, i)
		}
		seen[row.Type] = true
	}
}
