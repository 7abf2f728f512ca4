package mainlog_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/mainlog"
)

// plain returns a handler of lines without time and level.
func plain(level slog.Level, w *bytes.Buffer) slog.Handler {
	return slog.NewTextHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
			return slog.Attr{}
		}
		return a
	}})
}

// Loggers that were derived before an exchange keep what they add, and go where the
// others do.
func TestSwitchTakesDerivedLoggersAlong(t *testing.T) {
	var first, second bytes.Buffer
	s := mainlog.NewSwitch(plain(slog.LevelInfo, &first))
	log := slog.New(s)
	web := log.With("process", "web").WithGroup("g").With("a", 1)
	web.Info("one")
	web.Debug("no")
	s.Set(plain(slog.LevelDebug, &second))
	web.Debug("two")
	log.Info("three")
	want := []string{"msg=one process=web g.a=1\n", "msg=two process=web g.a=1\nmsg=three\n"}
	if d := cmp.Diff(want, []string{first.String(), second.String()}); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// ledger counts records, and those that came after it was given up.
type ledger struct {
	slog.Handler

	mu          sync.Mutex
	closed      bool
	count, late int
}

// Handle counts.
func (l *ledger) Handle(context.Context, slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	if l.closed {
		l.late++
	}
	return nil
}

// Whoever logs while handlers are exchanged: each record gets to one of them, and none to
// one that Set has returned from exchanging.
func TestSwitchLosesNothing(t *testing.T) {
	const writers, records, switches = 4, 2000, 50
	now := &ledger{Handler: slog.DiscardHandler}
	level := plain(slog.LevelInfo, new(bytes.Buffer))
	now.Handler = level
	s := mainlog.NewSwitch(now)
	all := []*ledger{now}
	var wg sync.WaitGroup
	for range writers {
		log := slog.New(s)
		wg.Go(func() {
			for range records {
				log.Info("x")
			}
		})
	}
	for range switches {
		next := &ledger{Handler: level}
		s.Set(next)
		now.mu.Lock()
		now.closed = true
		now.mu.Unlock()
		now = next
		all = append(all, next)
	}
	wg.Wait()
	count := 0
	for _, l := range all {
		count += l.count
		if l.late > 0 {
			t.Errorf("%d records came too late", l.late)
		}
	}
	if count != writers*records {
		t.Errorf("%d records, want %d", count, writers*records)
	}
}
