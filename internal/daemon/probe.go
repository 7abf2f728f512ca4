package daemon

import (
	"context"

	"supervisord/internal/config"
	"supervisord/internal/probe"
)

// askUntilUp asks a program from outside until it is up, or ctx ends.
func askUntilUp(ctx context.Context, r config.Readiness) {
	ask := probe.TCP
	if r.By == config.ReadyHTTP {
		ask = probe.HTTP
	}
	// The last answer is of no interest: either it is up, or it has ended.
	_ = probe.Until(ctx, func(ctx context.Context) error { return ask(ctx, r.Value) })
}
