package ctl

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"supervisord/internal/control"
	"supervisord/internal/process"
)

// What makes a terminal show a screen of ours, without a cursor, and the one that it
// showed before.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l"
	leaveScreen = "\x1b[?25h\x1b[?1049l"
)

// The size that a terminal has which does not tell.
const (
	usualColumns = 80
	usualRows    = 24
)

// screen shows the status as a table that fills a terminal, with a line at the bottom
// that sums it up. It draws only what differs from what is there.
type screen struct {
	*session
	leave string // how to leave it
	table []string
	drawn string
}

func (d *screen) status(missing []string, infos []control.Info) error {
	var text bytes.Buffer
	onto := *d.session
	onto.out = bufio.NewWriter(&text)
	onto.printStatus(infos)
	_ = onto.out.Flush() // to memory
	d.table = slices.Clone(missing)
	if text.Len() > 0 {
		d.table = append(d.table, strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")...)
	}
	d.draw(summary(infos))
	return nil
}

// lost keeps the table: it is what is known last.
func (d *screen) lost(why string) error {
	d.draw("trying again: " + visible(why))
	return nil
}

func (d *screen) draw(news string) {
	columns, _ := d.env.Terminal()
	frame := frame(d.table, d.leave+" leaves. "+news, columns, d.env.TerminalRows())
	if frame != d.drawn {
		d.drawn = frame
		d.printf("%s", frame)
	}
}

// summary counts processes by phase.
func summary(infos []control.Info) string {
	counts := map[process.Phase]int{}
	for _, i := range infos {
		counts[i.Phase]++
	}
	var parts []string
	for _, phase := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[phase], phase))
	}
	if parts == nil {
		parts = []string{"no processes"}
	}
	return strings.Join(parts, ", ")
}

// frame returns what draws the table and, on the last row, the footer onto a terminal of
// that size, over whatever is there. Rows that have no place are counted; lines that are
// too long end at the border.
func frame(table []string, footer string, columns, rows int) string {
	if columns <= 0 {
		columns = usualColumns
	}
	if rows <= 0 {
		rows = usualRows
	}
	room := max(rows-1, 0)
	lines := slices.Clone(table)
	if more := len(lines) - max(room-1, 0); len(lines) > room && room > 0 {
		lines = append(lines[:room-1], fmt.Sprintf("… %d more", more))
	}
	lines = append(lines[:min(len(lines), room)], make([]string, max(0, room-len(lines)))...)
	lines = append(lines, footer)
	for i, line := range lines {
		lines[i] = "\x1b[2K" + cut(line, columns) // behind a full line it would erase its end
	}
	return "\x1b[H" + strings.Join(lines, "\r\n")
}

// cut returns the first columns characters of a line; escape sequences, which colour it,
// take no room.
func cut(line string, columns int) string {
	inSequence := false
	for at, r := range line {
		switch {
		case inSequence:
			inSequence = r == '[' || r < '@' || r > '~'
		case r == '\x1b':
			inSequence = true
		case columns == 0:
			return line[:at] + "\x1b[m"
		default:
			columns--
		}
	}
	return line
}
