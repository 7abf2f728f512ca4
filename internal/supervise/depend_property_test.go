package supervise_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/process"
)

// Whatever is asked for and whatever fails, in any graph of dependencies: nothing starts
// without what it needs, or twice; afterwards nothing is left over, all can be started,
// an update does what its plan says, and all stops in its order.
func TestRandomDependencies(t *testing.T) {
	for seed := range uint64(25) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { dependAtRandom(t, seed) })
		})
	}
}

// chaos is a set of programs of which each needs some of those before it.
type chaos struct {
	*running
	random   *rand.Rand
	programs []config.Program // each in a group: its own, or one with others
	there    []bool           // it is in the file
}

// newChaos runs a loop without programs, and has some to add.
func newChaos(t *testing.T, source rand.Source) *chaos {
	t.Helper()
	c := &chaos{random: rand.New(source)}
	for i := range 4 + c.random.IntN(10) {
		c.programs = append(c.programs, config.Program{})
		c.there = append(c.there, true)
		c.edit(i)
	}
	limit := c.random.IntN(4)
	c.running = runWith(t, &fakeOS{}, func(conf *config.Config) { conf.Supervisord.StartConcurrency = limit })
	return c
}

func dependAtRandom(t *testing.T, seed uint64) {
	t.Helper()
	c := newChaos(t, rand.NewPCG(seed, 3))
	c.os.onStart = func(p *config.Program) {
		if c.Unmet(p.Group, p.Name) {
			t.Errorf("%s starts at %v without what it needs", p.Name, time.Since(c.start))
		}
		if n := c.os.living(p.Name); n > 0 {
			t.Errorf("%s starts at %v, and has %d children", p.Name, time.Since(c.start), n)
		}
	}
	c.write(c.groups()...)
	update(t, c.running)
	for range 5 {
		c.disturb(t)
	}
	c.settleDown(t)
}

// edit gives a program other options.
func (c *chaos) edit(i int) {
	name := fmt.Sprintf("p%d", i)
	group := name
	if i%3 == 2 {
		group = "g"
	}
	p := member(group, name)
	p.AutoStart = c.random.IntN(3) > 0
	p.Command = fmt.Sprint("/bin/", c.random.IntN(3))
	p.StartSecs = time.Duration(c.random.IntN(3)) * time.Second
	p.StartRetries = c.random.IntN(3)
	p.AutoRestart = []config.AutoRestart{config.RestartAlways, config.RestartUnexpected, config.RestartNever}[c.random.IntN(3)]
	p.DependsOnFailure = []config.OnFailure{config.FailureWait, config.FailureStop, config.FailureIgnore}[c.random.IntN(3)]
	for j := range i {
		if c.random.IntN(i) < 2 && c.there[j] {
			other := &c.programs[j]
			n := config.Need{Group: other.Group, Process: other.Name, Condition: config.NeedRunning}
			switch {
			case isTask(j):
				n.Condition = config.NeedCompleted
			case c.random.IntN(3) == 0:
				n.Condition = config.NeedStarted
			}
			p.Needs = append(p.Needs, n)
		}
	}
	if isTask(i) {
		p.AutoRestart = config.RestartNever
	}
	p.DependsOn = []string{fmt.Sprint(p.Needs)}
	c.programs[i] = p
}

// isTask reports whether a program runs to its end.
func isTask(i int) bool { return i%4 == 1 }

// groups is what the file says.
func (c *chaos) groups() []config.Group {
	var groups []config.Group
	var g []config.Program
	for i, p := range c.programs {
		p.Needs = slices.DeleteFunc(slices.Clone(p.Needs), func(n config.Need) bool {
			return !slices.ContainsFunc(c.programs, func(o config.Program) bool { return o.Name == n.Process }) || !c.isThere(n.Process)
		})
		switch {
		case !c.there[i]:
		case p.Group == "g":
			g = append(g, p)
		default:
			groups = append(groups, groupOf(p.Group, p))
		}
	}
	if len(g) > 0 {
		groups = append(groups, groupOf("g", g...))
	}
	return groups
}

func (c *chaos) isThere(name string) bool {
	for i, p := range c.programs {
		if p.Name == name {
			return c.there[i]
		}
	}
	return false
}

// disturb asks for many things at once, while programs fail. In the end nobody waits any
// more.
func (c *chaos) disturb(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var requests sync.WaitGroup
	for range 30 {
		time.Sleep(time.Duration(c.random.IntN(3000)) * time.Millisecond)
		i := c.random.IntN(len(c.programs))
		p := c.programs[i]
		sel := []control.Selector{{Group: p.Group, Process: p.Name}, {Group: p.Group, Process: p.Name}, {Group: p.Group}, control.All()}[c.random.IntN(4)]
		wait := []control.Wait{control.WaitDone, control.NoWait}[c.random.IntN(2)]
		request := c.request(i, sel, wait)
		if c.random.IntN(4) == 0 { // somebody who does not wait for ever
			limit := time.Duration(c.random.IntN(20)) * time.Second
			requests.Go(func() {
				ctx, cancel := context.WithTimeout(ctx, limit)
				defer cancel()
				request(ctx)
			})
			continue
		}
		requests.Go(func() { request(ctx) })
	}
	requests.Go(func() {
		for ctx.Err() == nil {
			for name, i := range c.status(t) {
				if strings.HasPrefix(i.Description, "waiting for") && i.PID != 0 {
					t.Errorf("%s: %v, pid %d: %s", name, i.Phase, i.PID, i.Description)
				}
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
	time.Sleep(time.Minute)
	cancel()
	requests.Wait()
	c.check(t)
}

// lives are ways in which a program may behave.
var lives = []life{
	{},
	{lasts: time.Millisecond, exit: 1},
	{lasts: 5 * time.Second},
	{lasts: 3 * time.Second, exit: 2},
	{noSpawn: "no"},
	{deaf: true},
	{spawn: 4 * time.Second},
	{spawn: 2 * time.Second, noSpawn: "slow no"},
}

// request returns something that may be asked for at any time.
func (c *chaos) request(i int, sel control.Selector, wait control.Wait) func(context.Context) {
	p := c.programs[i]
	switch c.random.IntN(16) {
	case 0, 1:
		return func(ctx context.Context) { _, _ = c.Start(ctx, sel, wait) }
	case 2:
		return func(ctx context.Context) { _, _ = c.StartAlone(ctx, sel, wait) }
	case 3, 4:
		return func(ctx context.Context) { _, _ = c.Stop(ctx, sel, wait) }
	case 5:
		return func(ctx context.Context) { _, _ = c.StopCascade(ctx, sel, wait) }
	case 6:
		return func(ctx context.Context) { _ = c.RemoveGroup(ctx, p.Group) }
	case 7:
		return func(ctx context.Context) { _ = c.AddGroup(ctx, p.Group) }
	case 8:
		return func(ctx context.Context) { _, _ = c.Reread(ctx) }
	case 9:
		c.edit(i)
		c.write(c.groups()...)
		return func(ctx context.Context) { _, _ = c.Update(ctx, nil) }
	case 10:
		c.there[i] = !c.there[i]
		c.write(c.groups()...)
		return func(ctx context.Context) { _, _ = c.Update(ctx, []string{p.Group}) }
	case 11:
		return func(ctx context.Context) { _, _ = c.Dependents(ctx, sel) }
	case 12:
		return func(ctx context.Context) { _, _ = c.Plan(ctx) }
	case 13:
		c.os.kill(p.Name, process.SIGKILL)
		return func(context.Context) {}
	}
	c.os.set(p.Name, lives[c.random.IntN(len(lives))])
	return func(context.Context) {}
}

// check compares what the loop remembers with what there is.
func (c *chaos) check(t *testing.T) {
	t.Helper()
	problems, err := c.Leftovers(t.Context())
	if err != nil || len(problems) > 0 {
		t.Fatalf("at %v: %q %v", time.Since(c.start), problems, err)
	}
}

// settleDown mends everything, and expects the order of it.
func (c *chaos) settleDown(t *testing.T) {
	t.Helper()
	for i := range c.programs {
		c.os.set(fmt.Sprintf("p%d", i), life{})
		if isTask(i) {
			c.os.set(fmt.Sprintf("p%d", i), life{lasts: 2 * time.Second})
			c.os.kill(fmt.Sprintf("p%d", i), process.SIGKILL)
		}
		c.there[i] = true
	}
	c.write(c.groups()...)
	update(t, c.running)
	c.startAll(t)
	for range 3 {
		for range 2 {
			c.edit(c.random.IntN(len(c.programs)))
		}
		c.write(c.groups()...)
		c.comparePlan(t)
		c.startAll(t)
	}
	c.stopAll(t)
}

// startAll starts all, and expects all to be there.
func (c *chaos) startAll(t *testing.T) {
	t.Helper()
	time.Sleep(10 * time.Minute)
	c.check(t)
	for name, i := range c.status(t) {
		if i.Phase == process.Backoff && !strings.HasPrefix(i.Description, "waiting for") || i.Phase == process.Starting || i.Phase == process.Stopping {
			t.Errorf("%s: %v %s", name, i.Phase, i.Description)
		}
	}
	if _, err := c.Start(soon(t), control.All(), control.WaitDone); err != nil {
		t.Error(err)
	}
	time.Sleep(10 * time.Minute)
	c.check(t)
	for name, i := range c.status(t) {
		if i.Phase != process.Running && i.Phase != process.Exited {
			t.Errorf("all are started, but %s: %v %s", name, i.Phase, i.Description)
		}
	}
	if t.Failed() {
		t.Fatalf("at %v", time.Since(c.start))
	}
}

// comparePlan compares what an update does with what its plan says.
func (c *chaos) comparePlan(t *testing.T) {
	t.Helper()
	plan, err := c.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before, steps := c.status(t), stepsOf(plan)
	if _, err := c.Update(soon(t), nil); err != nil {
		t.Fatal(err)
	}
	time.Sleep(10 * time.Minute)
	for name, i := range c.status(t) {
		switch was := before[name]; steps[name] {
		case "", control.StepLive, control.StepNextStart:
			if i.PID != was.PID {
				t.Errorf("%s (%q) had pid %d, has %d: %s", name, steps[name], was.PID, i.PID, i.Description)
			}
		case control.StepRestart, control.StepStart:
			if i.Started.Equal(was.Started) {
				t.Errorf("%s (%q) was not started: %s", name, steps[name], i.Description)
			}
		case control.StepAdd, control.StepRemove, control.StepStop:
			t.Errorf("%s: %v, though it is there before and after", name, steps[name])
		}
	}
	if plan, err := c.Plan(t.Context()); err != nil || len(plan.Groups) > 0 {
		t.Errorf("after an update there is another: %v %v", plan, err)
	}
	c.check(t)
}

// stopAll stops all, nothing before what needs it, and tells of each once.
func (c *chaos) stopAll(t *testing.T) {
	t.Helper()
	running := 0
	for _, i := range c.status(t) {
		if i.PID != 0 {
			running++
		}
	}
	c.os.onSignal = func(p *config.Program) {
		if names := c.DependentsAlive(p.Group, p.Name); len(names) > 0 {
			t.Errorf("%s is stopped before %v", p.Name, names)
		}
	}
	results, err := c.Stop(soon(t), control.All(), control.WaitDone)
	told := map[string]bool{}
	for _, result := range results {
		told[result.Name] = true
		if result.Fault != nil {
			t.Errorf("%s: %v", result.Name, result.Fault)
		}
	}
	if err != nil || len(results) != running || len(told) != running {
		t.Errorf("%d ran; stopped are %v %v", running, results, err)
	}
	c.check(t)
}

// status describes the processes by name.
func (c *chaos) status(t *testing.T) map[string]control.Info {
	t.Helper()
	infos, err := c.Status(t.Context(), control.All())
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]control.Info{}
	for _, i := range infos {
		byName[i.Group+":"+i.Name] = i
	}
	return byName
}
