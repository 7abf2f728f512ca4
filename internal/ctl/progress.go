package ctl

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"supervisord/internal/control"
)

// progressEvery is how often progress is asked for and drawn. What takes less time is
// over before there is anything to see.
const progressEvery = 250 * time.Millisecond

// progressLine is a line of the terminal that is drawn again and again; in a pipe it is
// nothing. While it is shown nothing else may be written.
type progressLine struct {
	out     io.Writer // nil: nothing is drawn
	columns int
	shown   string
}

func (s *session) progressLine() *progressLine {
	display := s.display()
	if !display.moves || s.doc != nil {
		return &progressLine{}
	}
	_ = s.out.Flush() // comes again when the session ends
	return &progressLine{out: s.env.Stdout, columns: display.columns}
}

// show draws how far a is with what names select, if that has changed.
func (l *progressLine) show(a action, infos []control.Info, names []string) {
	if l.out == nil {
		return
	}
	if line := fit(progress(a, infos, names), l.columns-1); line != l.shown {
		fmt.Fprint(l.out, eraseLine, line)
		l.shown = line
	}
}

// erase leaves nothing of the line.
func (l *progressLine) erase() {
	if l.shown != "" {
		fmt.Fprint(l.out, eraseLine)
	}
}

// draw shows in one line how far a is with the processes that names select, until erase
// is called.
func (s *session) draw(ctx context.Context, a action, names []string) (erase func()) {
	line := s.progressLine()
	if a.doing == "" || line.out == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var drawing sync.WaitGroup
	drawing.Go(func() { s.drawUntil(ctx, line, a, names) })
	return func() {
		cancel()
		drawing.Wait()
		line.erase()
	}
}

// drawUntil draws progress until ctx ends.
func (s *session) drawUntil(ctx context.Context, line *progressLine, a action, names []string) {
	ticker := time.NewTicker(progressEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		if infos, err := s.api.Status(ctx, control.All()); err == nil { // an error, if it lasts, is told by what is under way
			line.show(a, infos, names)
		}
	}
}

// progress describes how far a is with what names select: how many of all have arrived,
// and which are on their way.
func progress(a action, infos []control.Info, names []string) string {
	var waiting []string
	total, arrived := 0, 0
	for _, name := range names {
		for _, i := range choose(infos, name) {
			total++
			switch {
			case a.arrived(i.Phase):
				arrived++
			case a.onItsWay(i.Phase):
				waiting = append(waiting, i.Selector().String())
			}
		}
	}
	return fmt.Sprintf("%s %d/%d  %s", a.doing, arrived, total, strings.Join(waiting, " "))
}
