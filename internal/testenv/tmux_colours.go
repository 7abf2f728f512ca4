package testenv

import (
	"regexp"
	"slices"
	"strings"
)

// graphics finds the sequences that tell a terminal how to show what follows (ECMA-48, SGR).
var graphics = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// markColours replaces what tmux writes for colours and the like by marks: {31} before a
// text that is red, {} before one that is plain again, which it is at the end of a line.
// In how many sequences tmux says so differs between its versions.
func markColours(text string) string {
	var b strings.Builder
	shown, now := "", []string(nil)
	write := func(text string) {
		for line := range strings.Lines(text) {
			body, _, ended := strings.Cut(line, "\n")
			if mark := strings.Join(now, ";"); mark != shown && body != "" {
				shown = mark
				b.WriteString("{" + mark + "}")
			}
			b.WriteString(body)
			if ended && shown != "" {
				shown = ""
				b.WriteString("{}")
			}
			if ended {
				b.WriteString("\n")
			}
		}
	}
	at := 0
	for _, found := range graphics.FindAllStringSubmatchIndex(text, -1) {
		write(text[at:found[0]])
		at = found[1]
		for code := range strings.SplitSeq(text[found[2]:found[3]], ";") {
			now = applyGraphics(now, code)
		}
	}
	write(text[at:])
	return b.String()
}

// applyGraphics returns the sorted codes that hold after one more: 0 takes all away, 22
// bold and dim, 39 and 49 the colours of text and ground.
func applyGraphics(now []string, code string) []string {
	gone := func(of string) bool {
		switch code {
		case "", "0":
			return true
		case "22":
			return of == "1" || of == "2"
		}
		return len(code) == 2 && len(of) == 2 && of[0] == code[0] // another of its kind
	}
	now = slices.DeleteFunc(now, gone)
	switch code {
	case "", "0", "22", "39", "49":
		return now
	}
	now = append(now, code)
	slices.Sort(now)
	return now
}
