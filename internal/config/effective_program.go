package config

import (
	"maps"

	"supervisord/internal/config/expand"
)

// program explains a section that describes processes.
func (e *explainer) program(src *source) {
	names := e.programNames(src)
	p, group := e.programDefaults(src)
	explain(e, src.values, programOptions, &p, names)
	outside := func(*Option) scope { return e.outside(src.name) }
	switch src.kind {
	case ListenerGroup:
		explain(e, src.values, listenerOptions, group.Listener, outside)
	case FastCGIGroup:
		f := p.FastCGI
		if f == nil { // there are no processes
			f = new(FastCGI)
			setDefaults(e.l, fastCGIOptions, f)
		}
		explain(e, src.values, fastCGIOptions, f, names)
	case ProgramGroup: // nothing beyond a program
	}
}

// outside returns what options beyond a program's may use.
func (e *explainer) outside(name string) scope {
	own := map[string]expand.Value{"program_name": expand.Text(name), "group_name": expand.Text(name)}
	return scope{names: expand.Scope{e.daemon, own}}
}

// programDefaults returns the values of options that a section does not give, and the group
// it makes if no [group:x] names it.
func (e *explainer) programDefaults(src *source) (p Program, group *Group) {
	p, group = e.l.program, new(Group)
	if all := e.processes[src.section.Name]; len(all) > 0 {
		p = *all[0] // some defaults follow other options
	}
	p.Environment = nil // not its own
	if !src.grouped {
		group = e.groups[src.name]
	}
	if src.kind == ListenerGroup {
		p.Priority = group.Priority
	}
	return p, group
}

// programNames returns what the options of a section may use.
func (e *explainer) programNames(src *source) func(*Option) scope {
	names := map[string]expand.Value{"program_name": expand.Text(src.name)}
	own := map[string]expand.Value{}
	all := e.processes[src.section.Name]
	if len(all) > 0 {
		names["group_name"] = expand.Text(all[0].Group)
		own["process_num"], own["numprocs"] = expand.Int(all[0].ProcessNum), expand.Int(all[0].NumProcs)
	}
	environment := e.environment(src.values, expand.Scope{e.daemon, names, own})
	numbers, variables := differences(all)
	return func(o *Option) scope {
		switch {
		case !o.PerProcess:
			return scope{expand.Scope{e.daemon, names}, numbers}
		case o.Name == "environment":
			return scope{expand.Scope{e.daemon, names, own}, numbers}
		}
		return scope{expand.Scope{e.daemon, environment, names, own}, variables}
	}
}

// differences are the names that do not have the same value for all the processes: numbers
// those that every option may use, variables these and the environment's.
func differences(all []*Program) (numbers, variables map[string]bool) {
	numbers, variables = map[string]bool{}, map[string]bool{}
	for _, p := range all {
		first := all[0]
		if p.ProcessNum != first.ProcessNum {
			numbers["process_num"] = true
		}
		if p.Group != first.Group {
			numbers["group_name"] = true
		}
		compare := func(env, with map[string]string) {
			for k, v := range env {
				if w, ok := with[k]; !ok || v != w {
					variables["ENV_"+k] = true
				}
			}
		}
		compare(p.Environment, first.Environment)
		compare(first.Environment, p.Environment)
	}
	maps.Copy(variables, numbers)
	return numbers, variables
}
