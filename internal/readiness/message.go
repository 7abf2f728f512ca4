package readiness

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Message is what a program tells its supervisor in one datagram, as in sd_notify(3).
// Fields that it does not know it passes over.
type Message struct {
	Ready     bool // READY=1: it is up, or has reloaded
	Reloading bool // RELOADING=1
	Stopping  bool // STOPPING=1
	Alive     bool // WATCHDOG=1
	// Hung is WATCHDOG=trigger: it asks to be taken for hung.
	Hung bool
	// Status is STATUS=, one line of printable text; HasStatus tells an empty one from none.
	Status    string
	HasStatus bool
	// Extend is EXTEND_TIMEOUT_USEC=: it asks for that much more time from now on.
	Extend time.Duration
}

// maxStatus is how many bytes of a status are kept.
const maxStatus = 256

// ParseMessage reads a datagram.
func ParseMessage(datagram []byte) Message {
	var m Message
	for line := range strings.SplitSeq(string(datagram), "\n") {
		key, value, _ := strings.Cut(line, "=")
		switch key {
		case "READY":
			m.Ready = value == "1"
		case "RELOADING":
			m.Reloading = value == "1"
		case "STOPPING":
			m.Stopping = value == "1"
		case "WATCHDOG":
			m.Alive, m.Hung = value == "1", value == "trigger"
		case "STATUS":
			m.Status, m.HasStatus = printable(value), true
		case "EXTEND_TIMEOUT_USEC":
			if us, err := strconv.ParseUint(value, 10, 42); err == nil { // up to 50 days
				m.Extend = time.Duration(us) * time.Microsecond
			}
		}
	}
	return m
}

// printable returns text as it can be shown on any terminal, and not too much of it.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	if len(text) > maxStatus {
		end := maxStatus
		for !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end]
	}
	return strings.TrimSpace(text)
}
