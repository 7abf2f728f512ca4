package event_test

import (
	"strings"
	"testing"

	"supervisord/internal/event"
	"supervisord/internal/testenv"
)

// TestGenerated compares docs/events.md with the table. UPDATE=1 writes it.
func TestGenerated(t *testing.T) { testenv.Golden(t, "../../docs/events.md", event.Manual()) }

func TestManualHasEveryType(t *testing.T) {
	text := event.Manual()
	for _, name := range event.Names() {
		if strings.Count(text, "`"+name+"`") == 0 {
			t.Errorf("%s is not there", name)
		}
	}
}
