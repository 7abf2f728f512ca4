package supervise_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/supervise"
)

// fakeSections notes what it is asked for, and how much time has passed.
type fakeSections struct {
	begun  time.Time
	refuse error

	mu    sync.Mutex
	calls []string
}

func (f *fakeSections) note(call string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, fmt.Sprintf("%s %s", call, time.Since(f.begun)))
}

// take returns the calls so far and forgets them.
func (f *fakeSections) take() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	calls := strings.Join(f.calls, ", ")
	f.calls = nil
	return calls
}

var changed = []control.SectionPlan{{Name: "x", Fate: control.GroupChanged}}

func (f *fakeSections) Plan(*config.Config) []control.SectionPlan { f.note("plan"); return changed }

func (f *fakeSections) Prepare(*config.Config) (supervise.Exchange, error) {
	f.note("prepare")
	return f, f.refuse
}

func (f *fakeSections) Abandon()                    { f.note("abandon") }
func (f *fakeSections) Make() []control.SectionPlan { f.note("make"); return changed }
func (f *fakeSections) Finish()                     { f.note("finish") }

// The sections are exchanged before any process is touched, and what they had is closed
// when the last has stopped; where they cannot be prepared nothing happens.
func TestSectionsAreUpdatedWithTheirPrograms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeSections{begun: time.Now()}
		r := run(t, &fakeOS{sections: f, lives: map[string]life{"slow": {deaf: true}}}, program("slow"), program("web"))
		synctest.Wait()
		r.write(program("web"), program("new"))
		if plan, err := r.Plan(t.Context()); err != nil || !cmp.Equal(changed, plan.Sections) || f.take() != "plan 0s" {
			t.Errorf("plan: %+v, %v", plan, err)
		}
		if plan, err := r.Update(t.Context(), []string{"new"}); err != nil || plan.Sections != nil || f.take() != "" {
			t.Errorf("update of a group: %+v, %v", plan, err)
		}
		if _, err := r.Reread(t.Context()); err != nil || f.take() != "" {
			t.Errorf("reread: %v", err)
		}
		f.refuse = errors.New("port in use")
		_, err := r.Update(t.Context(), nil)
		if d := cmp.Diff("CANT_REREAD: port in use", fmt.Sprint(err)); d != "" || f.take() != "prepare 0s" || pids(t, r)["slow:slow"] == 0 {
			t.Errorf("refused: %s", d)
		}
		f.refuse = nil
		plan, err := r.Update(t.Context(), nil)
		if err != nil || !cmp.Equal(changed, plan.Sections) {
			t.Errorf("update: %+v, %v", plan, err)
		}
		synctest.Wait()
		if d := cmp.Diff("prepare 0s, make 0s, finish 10s", f.take()); d != "" {
			t.Error(d)
		}
		if err := r.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if _, err := r.Update(t.Context(), nil); err == nil {
			t.Error("updated in the end")
		}
		if got := f.take(); got != "" && got != "prepare 10s, abandon 10s" {
			t.Error(got)
		}
	})
}

// start_concurrency changes for those that wait for their turn, too.
func TestStartConcurrencyChangesLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		groups := []config.Group{program("a"), program("b"), program("c"), program("d")}
		r := runWith(t, &fakeOS{}, func(c *config.Config) { c.Supervisord.StartConcurrency = 1 }, groups...)
		const waits = " STOPPED waiting for its turn to start (start_concurrency)"
		wantStatus(t, r, "a STARTING", "b"+waits, "c"+waits, "d"+waits)
		r.write(groups...).Supervisord.StartConcurrency = 3
		update(t, r, "a")
		wantStatus(t, r, "a STARTING", "b"+waits, "c"+waits, "d"+waits)
		update(t, r)
		wantStatus(t, r, "a STARTING", "b STARTING", "c STARTING", "d"+waits)
		r.write(groups...)
		update(t, r)
		wantStatus(t, r, "a STARTING", "b STARTING", "c STARTING", "d STARTING")
	})
}
