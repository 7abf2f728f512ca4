package config

import (
	"strings"

	"supervisord/internal/config/expand"
	"supervisord/internal/config/ini"
)

// Explain loads a configuration and says what every option of it is, and why. There is
// none if a problem is an error.
//
// Expressions are evaluated, included files are one, and inherited values stand where they
// count. Only an expression on which the processes of a section differ stays.
func Explain(o Options, s Secrets) (*Effective, Problems) {
	l := newLoader(o)
	c, problems := l.load()
	if c == nil {
		return nil, problems
	}
	e := explainer{l: l, mask: s == MaskSecrets, base: l.base, processes: map[string][]*Program{}, groups: map[string]*Group{}}
	if e.mask {
		e.base = maskNames(l.base)
	}
	for i := range c.Groups {
		g := &c.Groups[i]
		e.groups[g.Name] = g
		for j := range g.Programs {
			p := &g.Programs[j]
			e.processes[p.Section] = append(e.processes[p.Section], p)
		}
	}
	e.sections()
	return &Effective{File: c.File, Included: append([]string{}, c.Included...), Settings: e.settings}, problems
}

// explainer goes through the sections once more after a load.
type explainer struct {
	l    *loader
	mask bool

	base      map[string]expand.Value // as the loader's, perhaps masked
	daemon    map[string]expand.Value // ENV_x of [supervisord] environment
	processes map[string][]*Program   // by section
	groups    map[string]*Group       // by name
	settings  []Setting
}

// sections explains [supervisord] first, if no file has it, and the others in order.
func (e *explainer) sections() {
	l := e.l
	supervisord := l.doc.Section("supervisord")
	if supervisord == nil {
		supervisord = &ini.Section{Name: "supervisord", File: l.cfg.File}
		e.supervisord(supervisord)
	} else {
		e.daemon = e.environment(newValues(supervisord, l.doc.Default), nil)
	}
	sources := map[string]*source{}
	for _, src := range l.sources {
		sources[src.section.Name] = src
	}
	for _, s := range l.doc.Sections {
		kind, _, named := strings.Cut(s.Name, ":")
		switch {
		case s.Name == "supervisord":
			e.supervisord(s)
		case s.Name == "supervisorctl":
			explain(e, newValues(s, l.doc.Default), supervisorctlOptions, &l.cfg.Supervisorctl, nil)
		case sources[s.Name] != nil:
			e.program(sources[s.Name])
		case e.isWebhook(s):
			e.webhook(s)
		case named && kind == "group":
			e.group(s)
		case named && kind == "rpcinterface":
			e.rpcInterface(s)
		default:
			e.server(s)
		}
	}
}

func (e *explainer) supervisord(s *ini.Section) {
	v := newValues(s, e.l.doc.Default)
	e.daemon = e.environment(v, nil)
	explain(e, v, supervisordOptions, &e.l.cfg.Supervisord, nil)
}

// server explains a server's section, and nothing if it is none.
func (e *explainer) server(s *ini.Section) {
	v := newValues(s, e.l.doc.Default)
	for _, u := range e.l.cfg.UnixServers {
		if u.Section == s.Name {
			explain(e, v, unixServerOptions, &u, nil)
		}
	}
	for _, i := range e.l.cfg.InetServers {
		if i.Section == s.Name {
			explain(e, v, inetServerOptions, &inetSection{i, address{i.Host, i.Port}}, nil)
		}
	}
}

// rpcInterface explains a section whose options belong to a plugin, but for one.
func (e *explainer) rpcInterface(s *ini.Section) {
	v := newValues(s)
	explain(e, v, rpcInterfaceOptions, &RPCInterface{}, nil)
	for _, entry := range s.Entries {
		if rpcInterfaceOptions.lookup(entry.Key) != nil {
			continue
		}
		set := Setting{Section: s.Name, Key: entry.Key, Value: entry.Value, Origin: e.place(v, entry), verbatim: true}
		if e.mask && isSecretName(entry.Key) {
			set.Value, set.Masked = Mask, true
		}
		e.settings = append(e.settings, set)
	}
}

func (e *explainer) group(s *ini.Section) {
	var g groupSection
	setDefaults(e.l, groupOptions, &g)
	explain(e, newValues(s, e.l.doc.Default), groupOptions, &g, nil)
}

// explain adds the settings of a section by its table. From has the values of options that
// the section does not give. Names returns what an option's expressions may use beyond the
// environment and here; nil: nothing.
func explain[S any](e *explainer, v *values, t *table[S], from *S, names func(*Option) scope) {
	for i := range t.rows {
		o := &t.rows[i]
		s := Setting{Section: v.section.Name, Key: o.Name, Value: o.get(from), Origin: Place{Kind: FromDefault}}
		entry, given := v.get(o.Name)
		_, overridden := e.l.o.Overrides[o.Name]
		switch {
		case overridden && v.section.Name == "supervisord":
			s.Origin.Kind = FromCommandLine
		case given:
			var beyond scope
			if names != nil {
				beyond = names(&o.Option)
			}
			s.Origin = e.place(v, entry)
			s.Value, s.Expression = e.text(entry, beyond)
			var alone S
			// What nobody reads was not checked: an option of processes without processes.
			if !s.Expression && o.set(&alone, e.l.host, s.Value) == nil {
				s.Value = o.get(&alone)
			}
		case s.Value == "":
			continue
		}
		if e.mask {
			s.Value = o.mask(s.Value)
			s.Masked = strings.Contains(s.Value, Mask)
		}
		e.settings = append(e.settings, s)
	}
}

// scope is what expressions may use, and on which names processes differ.
type scope struct {
	names  expand.Scope
	differ map[string]bool
}

// text evaluates the expressions of a value. What the processes of a section do not agree
// on, or a file cannot hold, stays an expression.
func (e *explainer) text(entry ini.Entry, s scope) (value string, isExpression bool) {
	names := append(expand.Scope{e.base, e.l.here(entry.File)}, s.names...)
	value, kept, err := expand.Partial(entry.Value, names, func(name string) bool {
		v, known := names.Lookup(name)
		return !known || s.differ[name] || !ini.Holds(v.String())
	})
	switch {
	case err != nil: // only what nobody reads
		return entry.Value, true
	case kept:
		return value, true
	}
	value, _ = expand.Expand(value, nil) // every %% is a percent sign
	return value, false
}

// environment returns the names ENV_x of a section's environment.
func (e *explainer) environment(v *values, names expand.Scope) map[string]expand.Value {
	entry, ok := v.get("environment")
	if !ok {
		return nil
	}
	value, err := expand.Expand(entry.Value, append(expand.Scope{e.base, e.l.here(entry.File)}, names...))
	if err != nil {
		return nil
	}
	env, _, err := parseEnvironment(value)
	if err != nil {
		return nil
	}
	if e.mask {
		return maskNames(environmentNames(env))
	}
	return environmentNames(env)
}

// place says where the entry of a section stands.
func (e *explainer) place(v *values, entry ini.Entry) Place {
	p := Place{Kind: FromFile, File: entry.File, Line: entry.Line}
	if v.index[entry.Key] < v.own {
		return p
	}
	p.Kind = FromDefaultSection
	if d, ok := e.l.doc.Section("program-default").Get(entry.Key); ok && d == entry {
		p.Kind = FromProgramDefault
	}
	return p
}
