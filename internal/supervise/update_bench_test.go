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
	conf := thousand(func(p *config.Program) { p.AutoStart = false })
	l := loopOf(b, conf, func() *config.Config { return conf })
	for b.Loop() {
		if _, err := l.Plan(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkUpdate stops and removes a thousand programs, and adds and starts them again.
func BenchmarkUpdate(b *testing.B) {
	next, none := thousand(func(p *config.Program) { p.StartSecs = 0 }), &config.Config{}
	l := loopOf(b, none, func() *config.Config {
		next, none = none, next
		return none
	})
	for b.Loop() {
		for range 2 {
			if _, err := l.Update(b.Context(), nil); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func thousand(change func(*config.Program)) *config.Config {
	var conf config.Config
	for i := range 1000 {
		conf.Groups = append(conf.Groups, program(fmt.Sprint("p", i), change))
	}
	return &conf
}

// loopOf runs a loop until the benchmark has ended.
func loopOf(b *testing.B, conf *config.Config, read func() *config.Config) *supervise.Loop {
	b.Helper()
	l := supervise.New(supervise.Options{
		Config: conf, NewRunner: (&fakeOS{}).New, Logs: noLogs{}, Bus: &bus.Bus{}, Log: slog.New(slog.DiscardHandler),
		Reload: func(map[string]config.Scale) (*config.Config, error) { return read(), nil },
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { l.Run(ctx); close(done) }()
	b.Cleanup(func() { cancel(); <-done })
	return l
}
