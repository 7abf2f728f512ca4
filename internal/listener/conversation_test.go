package listener_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/listener"
	"supervisord/internal/testenv"
)

var turns = map[listener.Turn]string{
	listener.SaidReady: "ready", listener.Accepted: "accepted", listener.Rejected: "rejected",
	listener.BadResult: "bad result", listener.Violated: "violated",
}

// tell feeds a conversation with what a listener says, and gives it an event wherever
// there is a "|" and it is ready. It returns the turns and the state at the end.
func tell(c *listener.Conversation, said string, cut func(string) []string) string {
	var log []string
	for i, part := range strings.Split(said, "|") {
		if i > 0 && c.State() == listener.Ready {
			c.Sent()
			log = append(log, "sent")
		}
		for _, chunk := range cut(part) {
			for rest := []byte(chunk); len(rest) > 0; {
				var t listener.Turn
				if t, rest = c.Next(rest); t == listener.BadResult {
					log = append(log, fmt.Sprintf("%s %q", turns[t], c.Line()))
				} else if t != listener.Nothing {
					log = append(log, turns[t])
				}
			}
		}
	}
	return strings.Join(append(log, c.State().String()), ", ")
}

func whole(s string) []string { return []string{s} }

// TestConversation holds what Supervisor 4.2.5 makes of the same bytes, except where the
// comment says otherwise.
func TestConversation(t *testing.T) {
	for said, want := range map[string]string{
		"":                                  "ACKNOWLEDGED",
		"READY":                             "ACKNOWLEDGED",
		"READY\n":                           "ready, READY",
		"XX":                                "ACKNOWLEDGED",
		"RESULT":                            "violated, UNKNOWN",
		"ready\n":                           "violated, UNKNOWN",
		"\nREADY\n":                         "violated, UNKNOWN",
		"READY\nextra":                      "ready, violated, UNKNOWN",
		"READY\n|RESULT 2\nOKREADY\n":       "ready, sent, accepted, ready, READY",
		"READY\n|RESULT 2\nOK":              "ready, sent, accepted, ACKNOWLEDGED",
		"READY\n|RESULT 2\nO":               "ready, sent, BUSY",
		"READY\n|RESULT 2":                  "ready, sent, BUSY",
		"READY\n|RESULT 4\nFAILREADY\n":     "ready, sent, rejected, ready, READY",
		"READY\n|RESULT 5\nHELLOREADY\n":    "ready, sent, rejected, ready, READY",
		"READY\n|RESULT 3\nOK\nREADY\n":     "ready, sent, rejected, ready, READY",
		"READY\n|RESULT 0\nREADY\n":         "ready, sent, rejected, ready, READY",
		"READY\n|XXXXXXX2\nOKREADY\n":       "ready, sent, accepted, ready, READY",
		"READY\n|RESULT +2\nOK":             "ready, sent, accepted, ACKNOWLEDGED",
		"READY\n|RESULT  2 \r\nOK":          "ready, sent, accepted, ACKNOWLEDGED",
		"READY\n|RESULT 0_2\nOK":            "ready, sent, accepted, ACKNOWLEDGED",
		"READY\n|RESULT 2\nOKREADY\nextra":  "ready, sent, accepted, ready, violated, UNKNOWN",
		"READY\n|RESULT 2\nOKgarbage":       "ready, sent, accepted, violated, UNKNOWN",
		"READY\n|blah\nREADY\n":             `ready, sent, bad result "blah", UNKNOWN`,
		"READY\n|\n":                        `ready, sent, bad result "", UNKNOWN`,
		"READY\n|RESULT\n":                  `ready, sent, bad result "RESULT", UNKNOWN`,
		"READY\n|RESULT two\nOK":            `ready, sent, bad result "RESULT two", UNKNOWN`,
		"READY\n|RESULT 2__0\nOK":           `ready, sent, bad result "RESULT 2__0", UNKNOWN`,
		"READY\n|READY\n":                   `ready, sent, bad result "READY", UNKNOWN`,
		"nonsense|READY\n|RESULT 2\nOK":     "violated, UNKNOWN",
		"READY\n|blah\n|READY\n|RESULT 2\n": `ready, sent, bad result "blah", UNKNOWN`,
		// Supervisor stops reading from the process, for ever.
		"READY\n|RESULT -1\nOK": `ready, sent, bad result "RESULT -1", UNKNOWN`,
		// It takes every length, and every line; no memory is taken for a result.
		"READY\n|RESULT 99999999999999999999\n":             `ready, sent, bad result "RESULT 99999999999999999999", UNKNOWN`,
		"READY\n|RESULT 9223372036854775807\nOK":            "ready, sent, BUSY",
		"READY\n|" + strings.Repeat("x", 1024):              "ready, sent, BUSY",
		"READY\n|" + strings.Repeat("x", 1025):              `ready, sent, bad result "` + strings.Repeat("x", 1024) + `", UNKNOWN`,
		"READY\n|RESULT 70000\n" + strings.Repeat("x", 7e4): "ready, sent, rejected, ACKNOWLEDGED",
	} {
		var c listener.Conversation
		if got := tell(&c, said, whole); got != want {
			t.Errorf("%.80q\n got %.200s\nwant %.200s", said, got, want)
		}
	}
}

func TestResultLengthIsPythonsInt(t *testing.T) {
	texts := []string{
		"2", " 2", "2 ", "\t2\r", "+2", "-0", "02", "0x2", "2.0", "", " ", "1_0", "_1", "1_", "1__0", "+ 2", "++2", "2 2", "٢", "²", "1e3",
		"\v2\f", "\x1c2", "9223372036854775807",
	}
	const script = `
import json, sys
def length(text):
    try:
        return int(text)
    except ValueError:
        return None
json.dump([length(t) for t in json.load(sys.stdin)], sys.stdout)`
	var want []*int64
	testenv.AskPython(t, script, texts, &want)
	for i, text := range texts {
		var c listener.Conversation
		got := tell(&c, "READY\n|RESULT "+text+"\n", whole)
		verdict := "ready, sent, BUSY"
		switch {
		case want[i] == nil:
			verdict = fmt.Sprintf("ready, sent, bad result %q, UNKNOWN", "RESULT "+text)
		case *want[i] == 0:
			verdict = "ready, sent, rejected, ACKNOWLEDGED"
		}
		if text == "٢" {
			continue // nobody writes that, and Go reads ASCII digits only
		}
		if got != verdict {
			t.Errorf("%q: got %s, want %s", text, got, verdict)
		}
	}
}

// FuzzConversation holds that it does not matter how the bytes are cut into chunks.
func FuzzConversation(f *testing.F) {
	for _, said := range []string{
		"READY\n|RESULT 2\nOKREADY\n|RESULT 4\nFAILREADY\n|RESULT 0\nREADY\n|RESULT 2\nOKREADY\nextra",
		"READY\n|blah\n|READY\n|RESULT 2\n", "RESULT 2\nOK", "READY\n|RESULT -1\n", "||READY\n||RESULT +2\r\nOK|READY\n|",
		"READY\n|" + strings.Repeat("x", 1025),
	} {
		f.Add(said, []byte{1, 2, 3})
		f.Add(said, []byte{0})
	}
	f.Fuzz(func(t *testing.T, said string, sizes []byte) {
		var one, many listener.Conversation
		want := tell(&one, said, whole)
		next := 0
		got := tell(&many, said, func(part string) (chunks []string) {
			for len(part) > 0 && len(sizes) > 0 {
				n := min(1+int(sizes[next%len(sizes)]), len(part))
				chunks, part = append(chunks, part[:n]), part[n:]
				next++
			}
			return append(chunks, part)
		})
		if got != want {
			t.Errorf("%q in chunks of %v\n got %s\nwant %s", said, sizes, got, want)
		}
		if d := cmp.Diff(one, many, cmp.AllowUnexported(listener.Conversation{})); d != "" {
			t.Errorf("%q in chunks of %v (-whole +cut):\n%s", said, sizes, d)
		}
	})
}
