package rpc

import (
	"context"

	"supervisord/internal/control"
)

// multicall is the name of the method that must not call itself.
const multicall = "system.multicall"

// multicall calls one method after the other. Unlike other servers' its result has the
// plain values, not arrays of one value, as Python's Supervisor does it; a call that
// fails leaves the struct of its fault.
func (h *handler) multicall(ctx context.Context, calls []any) (any, error) {
	var results encoded
	for _, c := range calls {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		name, v, err := h.oneOf(ctx, c)
		if err == nil {
			var longer encoded
			if longer, err = appendValue(results, v); err == nil {
				results = longer
			}
		}
		if err != nil {
			results, _ = appendValue(results, faultStruct(h.fault(ctx, name, err))) // always passes
		}
		if len(results) > maxMulticall {
			return nil, control.NewFault(control.Failed, "the answer is too long")
		}
	}
	return results, nil
}

// oneOf makes one call of a multicall.
func (h *handler) oneOf(ctx context.Context, c any) (name string, v any, err error) {
	m, _ := c.(map[string]any) // Python answers HTTP 500 to what is not a struct
	name, ok := m["methodName"].(string)
	if !ok {
		return "", nil, control.NewFault(control.IncorrectParameters, "No methodName")
	}
	if name == multicall {
		return name, nil, control.NewFault(control.IncorrectParameters, "Recursive system.multicall forbidden")
	}
	params, ok := m["params"].([]any)
	if _, given := m["params"]; given && !ok {
		return name, nil, control.NewFault(control.IncorrectParameters, "")
	}
	v, err = h.call(ctx, name, params)
	return name, v, err
}
