package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Condition is what a process waits for in the life of one that it needs.
type Condition string

// The conditions of depends_on.
const (
	NeedStarted   Condition = "started"   // its child is there, or was
	NeedRunning   Condition = "running"   // it is RUNNING; what is meant if nothing is said
	NeedHealthy   Condition = "healthy"   // as NeedRunning
	NeedCompleted Condition = "completed" // it has exited as expected
)

// conditions are all of them.
var conditions = []string{string(NeedStarted), string(NeedRunning), string(NeedHealthy), string(NeedCompleted)}

// OnFailure is what becomes of a process if one that it needs has failed.
type OnFailure string

// The values of depends_on_failure.
const (
	FailureWait   OnFailure = "wait"   // until somebody has mended it
	FailureStop   OnFailure = "stop"   // it is not started
	FailureIgnore OnFailure = "ignore" // it is started all the same
)

// Need is a process that another one needs.
type Need struct {
	Group, Process string
	Condition      Condition
}

// checkDependencies settles what each process needs. It reports names in depends_on that
// mean nothing, and cycles.
func (l *loader) checkDependencies() {
	if !slices.ContainsFunc(l.sources, func(src *source) bool { return len(src.dependsOn) > 0 }) {
		return
	}
	known := l.meanings()
	w := walk{needs: map[string][]string{}, state: map[string]visit{}}
	needs := map[string][]Need{} // by section
	for _, src := range l.sources {
		section, seen := src.section.Name, map[Need]bool{}
		for _, item := range src.dependsOn {
			m, condition, problem := known.find(src, item)
			if problem != nil {
				l.report(*problem)
				continue
			}
			w.needs[src.name] = append(w.needs[src.name], m.programs...)
			for _, n := range m.processes {
				n.Condition = condition
				if !seen[n] {
					seen[n] = true
					needs[section] = append(needs[section], n)
				}
			}
		}
	}
	for _, src := range l.sources {
		for _, cycle := range w.from(src.name, nil) {
			l.report(src.values.problem("depends_on", "programs depend on themselves: "+strings.Join(cycle, " -> ")))
		}
	}
	for i := range l.cfg.Groups {
		programs := l.cfg.Groups[i].Programs
		for j := range programs {
			programs[j].Needs = needs[programs[j].Section]
		}
	}
}

// meaning is what a name in depends_on stands for.
type meaning struct {
	programs  []string
	processes []Need
}

// meanings is what each name that depends_on may use stands for.
type meanings map[string]*meaning

// find returns what an item of depends_on stands for. A name may have a colon itself: the
// longest name that is known is meant.
func (known meanings) find(src *source, item string) (*meaning, Condition, *Problem) {
	if m := known[item]; m != nil {
		return m, NeedRunning, nil
	}
	name, condition := item, ""
	if i := strings.LastIndexByte(item, ':'); i >= 0 {
		name, condition = strings.TrimSpace(item[:i]), strings.TrimSpace(item[i+1:])
	}
	m, is := known[name], slices.Contains(conditions, strings.ToLower(condition))
	if m != nil && is {
		return m, Condition(strings.ToLower(condition)), nil
	}
	var p Problem
	switch {
	case m != nil:
		p = src.values.problem("depends_on", fmt.Sprintf("depends on '%s', but '%s' is no process or condition of it", item, condition))
		p.Hint = "the conditions are " + strings.Join(conditions, ", ")
	case is:
		p = src.values.problem("depends_on", fmt.Sprintf("depends on '%s', which is no program, group or process", name))
		p.Hint = DidYouMean(name, slices.Sorted(maps.Keys(known)))
	default:
		p = src.values.problem("depends_on", fmt.Sprintf("depends on '%s', which is no program, group or process", item))
		p.Hint = DidYouMean(item, slices.Sorted(maps.Keys(known)))
	}
	return nil, "", &p
}

// meanings returns what there is to depend on. The name of a program comes before that of
// a group, and that before a process's.
func (l *loader) meanings() meanings {
	programs, groups, processes := meanings{}, meanings{}, meanings{}
	add := func(to meanings, name, program string, n ...Need) {
		m := to[name]
		if m == nil {
			m = new(meaning)
			to[name] = m
		}
		if !slices.Contains(m.programs, program) {
			m.programs = append(m.programs, program)
		}
		m.processes = append(m.processes, n...)
	}
	for _, src := range l.sources {
		add(programs, src.name, src.name) // which may have no processes
	}
	for _, g := range l.cfg.Groups {
		for _, p := range g.Programs {
			n := Need{Group: g.Name, Process: p.Name}
			add(programs, p.Program, p.Program, n)
			add(groups, g.Name, p.Program, n)
			add(processes, p.Name, p.Program, n)
			add(processes, g.Name+":"+p.Name, p.Program, n)
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
