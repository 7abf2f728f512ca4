package supervise_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"supervisord/internal/bus"
	"supervisord/internal/config"
	"supervisord/internal/supervise"
)

// BenchmarkPlan compares the configurations of a thousand programs in which nothing has
// changed, which holds the loop up for that long.
func BenchmarkPlan(b *testing.B) {
	var groups []config.Group
	for i := range 1000 {
		groups = append(groups, program(fmt.Sprint("p", i), func(p *config.Program) { p.AutoStart = false }))
	}
	conf := &config.Config{Groups: groups}
	l := supervise.New(supervise.Options{
		Config: conf, NewRunner: (&fakeOS{}).New, Logs: noLogs{}, Bus: &bus.Bus{}, Log: slog.New(slog.DiscardHandler),
		Reload: func(map[string]config.Scale) (*config.Config, error) { return conf, nil },
	})
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan struct{})
	go func() { l.Run(ctx); close(done) }()
	for b.Loop() {
		if _, err := l.Plan(ctx); err != nil {
			b.Fatal(err)
		}
	}
	cancel()
	<-done
}
