package supervise_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/control"
)

// A plan that is made while an update is under way says what another one would do after it.
func TestPlanWhileAnUpdateIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{lives: map[string]life{"slow": {deaf: true}}}, groupOf("g", member("g", "slow"), member("g", "quick"), member("g", "last")))
		time.Sleep(time.Minute)
		x := command("x")
		r.write(groupOf("g", member("g", "slow", x), member("g", "quick", x), member("g", "last", x), member("g", "new"), member("g", "other"),
			member("g", "idle", notByItself), member("g", "off", notByItself)))
		first := make(chan error)
		go func() {
			_, err := r.Update(t.Context(), nil)
			first <- err
		}()
		time.Sleep(time.Second)
		y := command("y")
		r.write(groupOf("g", member("g", "slow", y), member("g", "quick", y), member("g", "other", y), member("g", "off", notByItself, y)))
		plan, err := r.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]control.Step{
			"g:slow": control.StepRestart, "g:quick": control.StepRestart, "g:last": control.StepStop, "g:new": control.StepStop,
			"g:other": control.StepRestart, "g:idle": control.StepRemove, "g:off": control.StepNextStart,
		}
		if d := cmp.Diff(want, stepsOf(plan)); d != "" {
			t.Errorf("plan (-want +got):\n%s", d)
		}
		if err := <-first; err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, update(t, r)); d != "" {
			t.Errorf("update (-want +got):\n%s", d)
		}
	})
}
