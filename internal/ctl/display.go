package ctl

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"supervisord/internal/control"
	"supervisord/internal/process"
)

// display is what the standard output can show to people. The zero display is a pipe or a
// file, which gets what Python's supervisorctl prints.
type display struct {
	columns int
	colours bool
	moves   bool // the cursor goes back, so that a line can be drawn again
}

// display looks at the terminal and at what the user wants: NO_COLOR with any value turns
// colours off (no-color.org). A terminal without a name, or with the name dumb, has
// neither colours nor a cursor that moves.
func (s *session) display() display {
	columns, ok := s.env.Terminal()
	if !ok {
		return display{}
	}
	if columns <= 0 { // a terminal whose size nobody has set
		columns = usualColumns
	}
	name, _ := s.env.LookupEnv("TERM")
	_, windows := s.env.LookupEnv("WT_SESSION") // Windows Terminal, which sets no TERM
	able := name != "" && name != "dumb" || windows
	no, _ := s.env.LookupEnv("NO_COLOR")
	return display{columns: columns, colours: able && no == "", moves: able}
}

// colour is what a terminal is told before a text in that colour.
type colour string

// The colours. plain is that of all other text.
const (
	plain  colour = ""
	red    colour = "\x1b[31m"
	green  colour = "\x1b[32m"
	yellow colour = "\x1b[33m"
	dim    colour = "\x1b[2m"
)

const plainAgain = "\x1b[0m"

// eraseLine takes away the line that the cursor is in.
const eraseLine = "\r\x1b[K"

func (d display) paint(c colour, text string) string {
	if !d.colours || c == plain {
		return text
	}
	return string(c) + text + plainAgain
}

// paintError makes the error in a line of a result stand out.
func (d display) paintError(line string) string {
	before, rest, found := strings.Cut(line, "ERROR")
	if !found {
		return d.paint(red, line)
	}
	return before + d.paint(red, "ERROR"+rest)
}

// colourOf returns the colour of the state of a process.
func colourOf(i control.Info) colour {
	switch i.Phase {
	case process.Running:
		return green
	case process.Starting, process.Backoff, process.Stopping:
		return yellow
	case process.Fatal, process.Unknown:
		return red
	case process.Exited:
		if i.ExitStatus != 0 {
			return red
		}
		return dim
	case process.Stopped:
		return dim
	}
	return plain
}

// cell is a field of a table.
type cell struct {
	text string
	colour
}

// table sets rows of equal length in columns as wide as they need, two apart. The last
// cell of a row is cut to what is left of the screen.
func (d display) table(rows [][]cell) string {
	if len(rows) == 0 {
		return ""
	}
	last := len(rows[0]) - 1
	widths := make([]int, last)
	left := d.columns - 2*last
	for i := range widths {
		for _, row := range rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i].text))
		}
		left -= widths[i]
	}
	var b strings.Builder
	for _, row := range rows {
		for i, width := range widths {
			gap := width + 2 - utf8.RuneCountInString(row[i].text)
			b.WriteString(d.paint(row[i].colour, visible(row[i].text)) + strings.Repeat(" ", gap))
		}
		b.WriteString(d.paint(row[last].colour, fit(row[last].text, left)) + "\n")
	}
	return b.String()
}

// fit returns the beginning of a text that fits the columns, and shows that it is one.
func fit(text string, columns int) string {
	text = visible(text)
	if utf8.RuneCountInString(text) <= columns {
		return text
	}
	if columns < 1 {
		return ""
	}
	return string([]rune(text)[:columns-1]) + "…"
}

// visible replaces what would move the cursor or change the terminal.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
