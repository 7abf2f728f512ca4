package supervise

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"supervisord/internal/config"
	"supervisord/internal/control"
)

// Scale gives a program another number of processes than the file says, until the daemon
// restarts or the file has another numprocs. What else differs in the file stays so.
func (l *Loop) Scale(ctx context.Context, program string, n int) (control.Plan, error) {
	if n < 1 || n > config.MaxProcesses {
		return control.Plan{}, control.NewFault(control.BadArguments, strconv.Itoa(n))
	}
	return l.carryOut(ctx, func() (*update, error) { return l.begunScale(ctx, program, n) })
}

// begunScale reads the file with another numprocs and begins the update to that.
func (l *Loop) begunScale(ctx context.Context, program string, n int) (*update, error) {
	l.rereading.Lock()
	defer l.rereading.Unlock()
	scales := maps.Clone(l.scales)
	if scales == nil {
		scales = make(map[string]config.Scale)
	}
	scales[program] = config.Scale{From: config.AnyNumProcs, To: n}
	next, err := l.read(scales)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(next.Groups, func(g config.Group) bool { return has(&g, program) })
	if i < 0 {
		return nil, control.NewFault(control.BadName, program)
	}
	ofFile := scaled(next.Groups[i].Programs, program)[0].NumProcsOfFile
	if scales[program] = (config.Scale{From: ofFile, To: n}); ofFile == n {
		delete(scales, program)
	}
	var u *update
	var fault *control.Fault
	err = l.do(ctx, func() {
		target := l.scaledGroups(next, program, n)
		if len(target.Groups) == 0 {
			fault = control.NewFault(control.BadName, program)
			return
		}
		var names []string
		for i := range target.Groups {
			names = append(names, target.Groups[i].Name)
		}
		if fault = l.refuseUpdate(target, names); fault == nil {
			l.scales = scales
			l.know(next)
			u = l.beginUpdate(target, names)
		}
	})
	if err == nil {
		err = asError(fault)
	}
	return u, err
}

// dropScales forgets those that the file has overtaken.
func (l *Loop) dropScales(next *config.Config) {
	if len(l.scales) == 0 {
		return
	}
	for _, g := range next.Groups {
		for i := range g.Programs {
			if s, ok := l.scales[g.Programs[i].Program]; ok && s.From != g.Programs[i].NumProcsOfFile {
				delete(l.scales, g.Programs[i].Program)
			}
		}
	}
}

// scaledGroups returns the active groups with the program as they are, but for the number
// of its processes.
func (l *Loop) scaledGroups(next *config.Config, program string, n int) *config.Config {
	target := &config.Config{}
	for _, g := range l.startOrder() {
		if wanted := groupOf(next, g.name); has(g.config, program) && wanted != nil && has(wanted, program) {
			target.Groups = append(target.Groups, scaledGroup(g.config, wanted, program, n))
		}
	}
	return target
}

// scaledGroup takes the processes of a program that are new from another reading of the
// group; those that are there stay as they are.
func scaledGroup(active, next *config.Group, program string, n int) config.Group {
	there := programsOf(active)
	var processes []config.Program
	for _, p := range scaled(next.Programs, program) {
		if old := there[p.Name]; old != nil {
			p = *old
			p.NumProcs = n
		}
		processes = append(processes, p)
	}
	g := *active
	g.Programs = nil
	for _, p := range active.Programs {
		if p.Program != program {
			g.Programs = append(g.Programs, p)
			continue
		}
		g.Programs = append(g.Programs, processes...) // all in the place of the first
		processes = nil
	}
	return g
}

// scaled returns those processes that are of a program.
func scaled(processes []config.Program, program string) []config.Program {
	return slices.DeleteFunc(slices.Clone(processes), func(p config.Program) bool { return p.Program != program })
}

func has(g *config.Group, program string) bool {
	return slices.ContainsFunc(g.Programs, func(p config.Program) bool { return p.Program == program })
}
