package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"supervisord/internal/control"
)

// maxEvent bounds the line of one event, in bytes: what a program or a client may send,
// with room for what JSON adds.
const maxEvent = 64 << 20

// Events implements [API], over the server's /events. A supervisor without it, such as
// Python's, gives the fault [UnknownMethod]. The sequence ends without an error when the
// server ends it.
func (c *Client) Events(ctx context.Context, q EventQuery) (iter.Seq2[Event, error], error) {
	body, err := c.openStream(ctx, eventsPath(q))
	if status, ok := errors.AsType[*HTTPError](err); ok {
		switch status.Status {
		case http.StatusNotFound:
			return nil, control.NewFault(control.UnknownMethod, "events")
		case http.StatusBadRequest:
			return nil, control.NewFault(control.BadArguments, "events")
		}
	}
	if err != nil {
		return nil, err
	}
	return func(yield func(Event, error) bool) {
		defer body.Close()
		lines := bufio.NewScanner(body)
		lines.Buffer(nil, maxEvent)
		for lines.Scan() {
			var e Event
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				yield(Event{}, fmt.Errorf("%s: %w: %w", c.shown, ErrMalformed, err))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil && ctx.Err() == nil {
			yield(Event{}, fmt.Errorf("%s: %w", c.shown, err))
		}
	}, nil
}

// eventsPath writes a query as the server reads it.
func eventsPath(q EventQuery) string {
	values := url.Values{"back": {strconv.Itoa(max(0, q.Back))}, "follow": {strconv.FormatBool(q.Follow)}}
	for _, t := range q.Types {
		values.Add("type", string(t))
	}
	return "/events?" + values.Encode()
}
