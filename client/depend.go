package client

import (
	"context"
	"fmt"

	"supervisord/internal/control"
)

// StartAlone implements [API]. A Python Supervisor, which knows no dependencies, has no
// such method.
func (c *Client) StartAlone(ctx context.Context, sel Selector, w Wait) ([]Result, error) {
	return c.several(ctx, "supervisor.startAlone", sel, w)
}

// StopCascade implements [API]. A Python Supervisor has no such method.
func (c *Client) StopCascade(ctx context.Context, sel Selector, w Wait) ([]Result, error) {
	return c.several(ctx, "supervisor.stopCascade", sel, w)
}

// several calls a method that has results for one process, too.
func (c *Client) several(ctx context.Context, method string, sel Selector, w Wait) ([]Result, error) {
	call := c.quick
	if w == WaitDone {
		call = c.Call
	}
	v, err := call(ctx, method, sel.String(), w == WaitDone)
	if err != nil {
		return nil, err
	}
	return readList(v, toResult)
}

// Dependents implements [API]. A Python Supervisor has no such method.
func (c *Client) Dependents(ctx context.Context, sel Selector) ([]Selector, error) {
	v, err := c.quick(ctx, "supervisor.getDependents", sel.String())
	if err != nil {
		return nil, err
	}
	return toSelectors(v)
}

func toSelectors(v any) ([]Selector, error) {
	names, err := toStrings(v)
	var sels []Selector
	for _, n := range names {
		sels = append(sels, control.ParseSelector(n))
	}
	return sels, err
}

// selectors returns a member that is an array of names.
func (r *reader) selectors(name string) []Selector {
	sels, err := toSelectors(r.members[name])
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("%s: %w", name, err)
	}
	return sels
}
