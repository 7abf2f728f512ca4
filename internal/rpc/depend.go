package rpc

import (
	"context"

	"supervisord/internal/control"
)

// anyOf is named for the methods that also know all.
func anyOf(name string) (control.Selector, error) {
	if name == control.All().String() {
		return control.All(), nil
	}
	return named(name)
}

func startAlone(ctx context.Context, api control.API, a args) (any, error) {
	sel, err := anyOf(a.text(0))
	if err != nil {
		return nil, err
	}
	results, err := api.StartAlone(ctx, sel, a.wait(1))
	if err != nil {
		return nil, about(a.text(0), err)
	}
	if sel.IsOne() {
		results = []control.Result{{Group: sel.Group, Name: sel.Process}}
	}
	return resultStructs(results), nil
}

func stopCascade(ctx context.Context, api control.API, a args) (any, error) {
	sel, err := anyOf(a.text(0))
	if err != nil {
		return nil, err
	}
	results, err := api.StopCascade(ctx, sel, a.wait(1))
	return resultStructs(results), about(a.text(0), err)
}

func getDependents(ctx context.Context, api control.API, a args) (any, error) {
	sel, err := anyOf(a.text(0))
	if err != nil {
		return nil, err
	}
	sels, err := api.Dependents(ctx, sel)
	return names(sels), about(a.text(0), err)
}

func names(sels []control.Selector) []any {
	names := make([]any, len(sels))
	for i, s := range sels {
		names[i] = s.String()
	}
	return names
}
