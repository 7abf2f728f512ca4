package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// checkDependencies reports names in depends_on that mean nothing, and cycles.
func (l *loader) checkDependencies() {
	needs := map[string][]string{}
	meaning := l.meanings()
	for _, src := range l.sources {
		for _, name := range src.dependsOn {
			programs, known := meaning[name]
			if !known {
				p := src.values.problem("depends_on", fmt.Sprintf("depends on '%s', which is no program, group or process", name))
				p.Hint = DidYouMean(name, slices.Sorted(maps.Keys(meaning)))
				l.report(p)
			}
			needs[src.name] = append(needs[src.name], programs...)
		}
	}
	w := walk{needs: needs, state: map[string]visit{}}
	for _, src := range l.sources {
		for _, cycle := range w.from(src.name, nil) {
			l.report(src.values.problem("depends_on", "programs depend on themselves: "+strings.Join(cycle, " -> ")))
		}
	}
}

// meanings maps each name that depends_on may use to the programs it stands for. The
// name of a program comes before that of a group, and that before a process's.
func (l *loader) meanings() map[string][]string {
	programs, groups, processes := map[string][]string{}, map[string][]string{}, map[string][]string{}
	add := func(to map[string][]string, name, program string) {
		if !slices.Contains(to[name], program) {
			to[name] = append(to[name], program)
		}
	}
	for _, src := range l.sources {
		add(programs, src.name, src.name)
	}
	for _, g := range l.cfg.Groups {
		for _, p := range g.Programs {
			add(groups, g.Name, p.Program)
			add(processes, p.Name, p.Program)
			add(processes, g.Name+":"+p.Name, p.Program)
		}
	}
	maps.Copy(processes, groups)
	maps.Copy(processes, programs)
	return processes
}

// visit is how far a walk has come with a program.
type visit int

const (
	unseen visit = iota
	onPath
	done
)

// walk goes through a graph of programs, each of them once.
type walk struct {
	needs map[string][]string
	state map[string]visit
}

// from returns the cycles found on the way from a program; path leads to it.
func (w *walk) from(program string, path []string) (cycles [][]string) {
	path = append(path, program)
	switch w.state[program] {
	case onPath:
		return [][]string{slices.Clone(path[slices.Index(path, program):])}
	case done:
		return nil
	case unseen: // go on
	}
	w.state[program] = onPath
	for _, next := range w.needs[program] {
		cycles = append(cycles, w.from(next, path)...)
	}
	w.state[program] = done
	return cycles
}
