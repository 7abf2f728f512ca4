package supervise_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/control"
)

// Whatever has happened before and whatever is edited: an update starts what its plan says,
// and nothing else but what waits for its start already.
func TestPlansForeseeEveryStart(t *testing.T) {
	total := 0
	for seed := range uint64(50) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { total += foreseeAtRandom(t, seed) })
		})
	}
	if total < 100 {
		t.Errorf("only %d processes were needed", total)
	}
}

// foreseeAtRandom returns how many processes were started since others needed them.
func foreseeAtRandom(t *testing.T, seed uint64) (needed int) {
	t.Helper()
	c := newChaos(t, rand.NewPCG(seed, 5))
	c.write(c.groups()...)
	update(t, c.running)
	for range 12 {
		c.upset(t)
		for range 1 + c.random.IntN(4) {
			if i := c.random.IntN(len(c.programs)); c.random.IntN(3) == 0 {
				c.there[i] = !c.there[i]
			} else {
				c.edit(i)
			}
		}
		c.write(c.groups()...)
		needed += c.compareStarts(t)
		if t.Failed() {
			t.Fatalf("at %v", time.Since(c.start))
		}
	}
	return needed
}

// upset lets some programs fail, and has others stopped or started alone. In the end all
// would start again, if somebody started them.
func (c *chaos) upset(t *testing.T) {
	t.Helper()
	for i := range c.programs {
		p := &c.programs[i]
		one := control.Selector{Group: p.Group, Process: p.Name}
		switch c.random.IntN(8) {
		case 0:
			c.os.set(p.Name, life{lasts: time.Millisecond, exit: 1})
			c.os.kill(p.Name, 9)
		case 1, 2:
			_, _ = c.Stop(t.Context(), one, control.WaitDone) // or it does not run
		case 3:
			_, _ = c.StartAlone(t.Context(), one, control.NoWait) // or it runs
		case 4:
			_, _ = c.Start(t.Context(), one, control.NoWait) // likewise
		case 5:
			_ = c.RemoveGroup(t.Context(), p.Group) // or something runs there
		}
	}
	time.Sleep(10 * time.Minute)
	for i := range c.programs {
		c.os.set(fmt.Sprintf("p%d", i), life{})
		if isTask(i) {
			c.os.set(fmt.Sprintf("p%d", i), life{lasts: 2 * time.Second})
		}
	}
	time.Sleep(10 * time.Minute)
}

// compareStarts compares the starts of an update with those that it has said, and returns
// how many of them are needed by others.
func (c *chaos) compareStarts(t *testing.T) int {
	t.Helper()
	before, starts := c.status(t), map[string]int{}
	for i := range c.programs {
		starts[c.programs[i].Name] = c.starts(c.programs[i].Name)
	}
	plan, err := c.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var groups []string
	if c.random.IntN(4) == 0 {
		for _, g := range plan.Groups {
			if c.random.IntN(2) == 0 {
				groups = append(groups, g.Name)
			}
		}
	}
	done, err := c.Update(soon(t), groups)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(plan, done, cmp.AllowUnexported(control.Selector{})); d != "" && groups == nil {
		t.Errorf("the plan and what was done (-want +got):\n%s", d)
	}
	steps, needed := stepsOf(done), map[string]bool{}
	for _, n := range done.Needed {
		needed[n.Process.Group+":"+n.Process.Process] = true
	}
	time.Sleep(10 * time.Minute)
	for name, i := range c.status(t) {
		said := steps[name] == control.StepStart || steps[name] == control.StepRestart || needed[name]
		started := c.starts(i.Name) > starts[i.Name]
		switch {
		case said && !started && !waits(i):
			t.Errorf("%s (%q, needed %v) was not started: %v %s", name, steps[name], needed[name], i.Phase, i.Description)
		case started && !said && !waits(before[name]):
			t.Errorf("%s (%q) was started: %v %s", name, steps[name], before[name].Phase, before[name].Description)
		}
	}
	return len(needed)
}

func waits(i control.Info) bool { return strings.HasPrefix(i.Description, "waiting for") }
