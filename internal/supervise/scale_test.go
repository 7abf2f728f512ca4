package supervise_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config"
	"supervisord/internal/control"
)

const scalable = `[program:w]
command=w
process_name=%(program_name)s%(process_num)d
numprocs=2
[program:one]
command=one
[group:g]
programs=one,w
`

func TestScaleHoldsUntilTheFileSaysAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := scalable
		r := run(t, &fakeOS{}, loadText(t, text, "").Groups...)
		r.load = func(scales map[string]config.Scale) (*config.Config, error) { return loadScaled(t, text, "", scales) }
		time.Sleep(time.Minute)
		scale := func(n int, want map[string]control.Step) {
			t.Helper()
			plan, err := r.Scale(t.Context(), "w", n)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, stepsOf(plan)); d != "" {
				t.Errorf("scale to %d (-want +got):\n%s", n, d)
			}
			time.Sleep(time.Minute)
		}
		names := func(want ...string) {
			t.Helper()
			for name, pid := range pids(t, r) {
				if pid == 0 {
					t.Errorf("%s does not run", name)
				}
			}
			var got []string
			infos, _ := r.Status(t.Context(), control.All()) // pids has shown the error
			for _, i := range infos {
				got = append(got, i.Name)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("processes (-want +got):\n%s", d)
			}
		}
		before := pids(t, r)
		text = strings.Replace(text, "command=one", "command=two", 1) // is left for an update
		scale(4, map[string]control.Step{"g:w0": control.StepLive, "g:w1": control.StepLive, "g:w2": control.StepStart, "g:w3": control.StepStart})
		names("one", "w0", "w1", "w2", "w3")
		scale(1, map[string]control.Step{"g:w0": control.StepLive, "g:w1": control.StepStop, "g:w2": control.StepStop, "g:w3": control.StepStop})
		names("one", "w0")
		scale(3, map[string]control.Step{"g:w0": control.StepLive, "g:w1": control.StepStart, "g:w2": control.StepStart})
		if after := pids(t, r); after["g:w0"] != before["g:w0"] || after["g:one"] != before["g:one"] {
			t.Errorf("pids were %v and are %v", before, after)
		}
		if d := cmp.Diff(map[string]control.Step{"g:one": control.StepRestart}, update(t, r)); d != "" {
			t.Errorf("an update does not undo it (-want +got):\n%s", d)
		}
		text = strings.Replace(text, "numprocs=2", "numprocs=1", 1)
		update(t, r)
		names("one", "w0")
		text = strings.Replace(text, "numprocs=1", "numprocs=2", 1)
		update(t, r)
		time.Sleep(time.Minute)
		names("one", "w0", "w1")
	})
}

func TestScaleRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, &fakeOS{}, loadText(t, scalable, "").Groups...)
		r.load = func(scales map[string]config.Scale) (*config.Config, error) {
			return loadScaled(t, scalable+"[program:new]\ncommand=new\n", "", scales)
		}
		time.Sleep(time.Minute)
		before := pids(t, r)
		for _, c := range []struct {
			program string
			n       int
			code    control.Code
		}{
			{"nobody", 2, control.BadName},
			{"g", 2, control.BadName},
			{"new", 1, control.BadName}, // in the file alone
			{"w", 0, control.BadArguments},
			{"w", -1, control.BadArguments},
			{"w", config.MaxProcesses + 1, control.BadArguments},
			{"w", config.MaxProcesses, control.CantReread},
			{"one", 2, control.CantReread}, // they would have one name
		} {
			_, err := r.Scale(t.Context(), c.program, c.n)
			wantFault(t, err, c.code)
		}
		if d := cmp.Diff(before, pids(t, r)); d != "" {
			t.Errorf("pids (-before +after):\n%s", d)
		}
	})
}
