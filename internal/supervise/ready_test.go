package supervise_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config"
	"supervisord/internal/control"
)

func readyWithin(timeout time.Duration) func(*config.Program) {
	return func(p *config.Program) {
		p.Readiness, p.ReadinessTimeout = config.Readiness{By: config.ReadyNotify}, timeout
	}
}

// A program is STARTING until it is ready, however long that takes, and so long others
// and a caller wait.
func TestStartingUntilReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"db": {ready: 30 * time.Second}}},
			program("db", readyWithin(time.Minute)), program("web", needs("db")), program("now", needs("db:started")))
		if _, err := r.Start(t.Context(), one("web"), control.WaitDone); err != nil {
			t.Error(err)
		}
		wantPhases(t, r, "db", "STARTING 0s", "RUNNING 30s")
		wantPhases(t, r, "now", "STARTING 0s", "RUNNING 1s")
		wantPhases(t, r, "web", "STARTING 30s", "RUNNING 31s")
	})
}

// One that is not ready in time is stopped, and the start has failed.
func TestNotReadyInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		os := &fakeOS{lives: map[string]life{"db": {ready: 30 * time.Second}}}
		r := run(t, os, program("db", readyWithin(5*time.Second), retries(1)), program("web", needs("db")))
		time.Sleep(time.Minute)
		wantPhases(t, r, "db", "STARTING 0s", "STOPPING 5s", "BACKOFF 5s", "STARTING 6s", "STOPPING 11s", "BACKOFF 11s", "FATAL 11s")
		wantStatus(t, r, "db FATAL", "web STOPPED waiting for db: FATAL (Not ready within 5s (readiness_timeout))")
	})
}

// A hung program is aborted, and starts again as one that has crashed.
func TestHungIsStartedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"web": {hung: 10 * time.Second}}}, program("web"))
		time.Sleep(12 * time.Second)
		wantPhases(t, r, "web", "STARTING 0s", "RUNNING 1s", "EXITED 10s", "STARTING 10s", "RUNNING 11s")
		if d := cmp.Diff([]string{"ABRT web"}, r.signals()); d != "" {
			t.Error(d)
		}
	})
}
