package ctl

import (
	"context"
	"encoding/json"
	"iter"
	"strconv"
	"strings"
	"unicode"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/event"
)

// eventsBack is how many events are shown that have happened before, if that many are
// remembered.
const eventsBack = 100

// events prints the latest events and, with --follow, those that happen, until the user
// interrupts or the server ends it.
func (s *session) events(ctx context.Context, c call) (int, error) {
	query := control.EventQuery{Back: eventsBack, Follow: c.follow}
	for _, name := range c.filter {
		name = strings.ToUpper(strings.TrimSpace(name))
		if !event.IsType(name) {
			return s.unknownType(name), nil
		}
		query.Types = append(query.Types, event.Type(name))
	}
	ctx, stop := s.env.UntilInterrupt(ctx)
	defer stop()
	show := s.showEvent
	if s.doc != nil {
		show = s.showEventJSON
	}
	events, err := s.api.Events(ctx, query)
	if hasCode(err, control.UnknownMethod) {
		return s.complain("Error: the server has no stream of events; Python's Supervisor has none, nor have older versions of this one"), nil
	}
	if err == nil {
		err = s.showAll(events, show)
	}
	if err != nil && ctx.Err() == nil {
		return exitGeneric, err
	}
	s.doc = nil // each line was a document
	return exitOK, nil
}

// showAll shows events as they come.
func (s *session) showAll(events iter.Seq2[control.Event, error], show func(control.Event)) error {
	for e, err := range events {
		if err != nil {
			return err
		}
		show(e)
		if err := s.out.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// unknownType says that a type is not there, and which one may be meant.
func (s *session) unknownType(name string) int {
	code := s.complain("Error: unknown event type " + name)
	if hint := config.DidYouMean(name, event.Names()); hint != "" {
		s.hint(hint)
	}
	return code
}

// showEvent prints an event as a line for people.
func (s *session) showEvent(e control.Event) {
	if e.Lost > 0 {
		s.printf("-- %d events are missing here: they were not read fast enough --\n", e.Lost)
		return
	}
	s.printf("%s %d %s", e.Time.Local().Format("2006-01-02 15:04:05.000"), e.Serial, e.Type)
	for _, f := range e.Payload {
		s.printf(" %s:%s", f.Key, word(f.Value))
	}
	if e.Data != "" {
		s.printf(" data:%s", strconv.Quote(e.Data))
	}
	s.printf("\n")
}

// word returns a value as it is if it is one word, and else in quotes: what a client sent
// may hold anything.
func word(value string) string {
	odd := func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) || r == '"' }
	if value == "" || strings.ContainsFunc(value, odd) {
		return strconv.Quote(value)
	}
	return value
}

// showEventJSON prints an event as a line of JSON.
func (s *session) showEventJSON(e control.Event) {
	var line any = e.Record
	if e.Lost > 0 {
		line = struct {
			Lost uint64 `json:"lost"`
		}{e.Lost}
	}
	lines := json.NewEncoder(s.out)
	lines.SetEscapeHTML(false)
	_ = lines.Encode(line) // Flush tells
}
