package rpc

import (
	"context"
	"maps"
	"slices"

	"supervisord/internal/control"
)

// systemMethods returns the system namespace: what the methods of h say of themselves,
// and the method that calls others.
func (h *handler) systemMethods() []method {
	pMethod := param{name: "name", doc: "a method, with its namespace"}
	return []method{
		{
			names: []string{"system.listMethods"}, result: "array", anytime: true,
			help: "Return the names of all methods, sorted.",
			call: func(context.Context, control.API, args) (any, error) {
				return values(slices.Sorted(maps.Keys(h.methods))), nil
			},
		},
		{
			names: []string{"system.methodHelp"}, result: "string", params: []param{pMethod}, anytime: true,
			help: "Return what a method does.",
			call: func(_ context.Context, _ control.API, a args) (any, error) {
				if m, ok := h.methods[a.text(0)]; ok {
					return m.manual(), nil
				}
				return nil, control.NewFault(control.SignatureUnsupported, "")
			},
		},
		{
			names: []string{"system.methodSignature"}, result: "array", params: []param{pMethod}, anytime: true,
			help: "Return the types of a method: that of its result, then those of its parameters.",
			call: func(_ context.Context, _ control.API, a args) (any, error) {
				if m, ok := h.methods[a.text(0)]; ok {
					return m.signature(), nil
				}
				return nil, control.NewFault(control.SignatureUnsupported, "")
			},
		},
		{
			names: []string{multicall}, result: "array", anytime: true,
			params: []param{{name: "calls", kind: list, doc: "structs of methodName and params"}},
			help:   "Call one method after the other. Return the results; a call that failed leaves\na struct of faultCode and faultString.",
			call: func(ctx context.Context, _ control.API, a args) (any, error) {
				return h.multicall(ctx, a.list(0))
			},
		},
	}
}

// values returns list as an array.
func values[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}
