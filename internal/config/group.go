package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"supervisord/internal/config/expand"
	"supervisord/internal/config/ini"
	"supervisord/internal/event"
)

// groups builds the groups: those of [group:x], and one for each program that none of
// them names.
func (l *loader) groups() {
	for _, s := range l.doc.Sections {
		if name, ok := strings.CutPrefix(s.Name, "group:"); ok {
			l.group(s, name)
		}
	}
	for _, src := range l.sources {
		if !src.grouped {
			l.homogeneous(src)
		}
	}
	slices.SortStableFunc(l.cfg.Groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), strings.Compare(a.Name, b.Name))
	})
}

// group reads a [group:x].
func (l *loader) group(s *ini.Section, name string) {
	name, err := parseName(name)
	if err != nil {
		l.report(Problem{File: s.File, Line: s.Line, Section: s.Name, Message: err.Error()})
		return
	}
	var g groupSection
	setDefaults(l, groupOptions, &g)
	v := newValues(s, l.doc.Default)
	read(l, v, groupOptions, &g, false, nil)
	l.checkKeys(v, groupOptions)
	group := Group{Name: name, Kind: ProgramGroup, Priority: g.Priority}
	taken := map[*source]bool{}
	for _, program := range g.Programs {
		src := l.member(v, program)
		if src == nil || taken[src] {
			continue
		}
		taken[src], src.grouped = true, true
		_, programs := l.members(src, name)
		group.Programs = append(group.Programs, programs...)
	}
	l.addGroup(v, group)
}

// member finds the section that a [group:x] names.
func (l *loader) member(v *values, name string) *source {
	var found *source
	for _, src := range l.sources {
		if src.name != name || src.kind == ListenerGroup {
			continue
		}
		if found != nil && found.kind != src.kind {
			l.report(v.problem("programs", fmt.Sprintf("[%s] name %s is ambiguous (exists as program and fcgi-program)", v.section.Name, name)))
			return nil
		}
		found = src
	}
	if found == nil {
		l.report(v.problem("programs", fmt.Sprintf("[%s] names unknown program or fcgi-program %s", v.section.Name, name)))
	}
	return found
}

// homogeneous makes the group of a program that no [group:x] names.
func (l *loader) homogeneous(src *source) {
	v := src.values
	priority, programs := l.members(src, src.name)
	g := Group{Name: src.name, Kind: src.kind, Priority: priority, Programs: programs}
	names := expand.Scope{l.daemonNames, {"program_name": expand.Text(src.name), "group_name": expand.Text(src.name)}}
	switch src.kind {
	case ListenerGroup:
		if _, given := v.get("priority"); !given {
			g.Priority = -1 // listeners start first and stop last
		}
		g.Listener = l.listener(v, names)
	case ProgramGroup, FastCGIGroup: // nothing beyond a program
	}
	l.addGroup(v, g)
}

// listener reads what an [eventlistener:x] has beyond a program.
func (l *loader) listener(v *values, names expand.Scope) *Listener {
	var e Listener
	section := v.section.Name
	setDefaults(l, listenerOptions, &e)
	read(l, v, listenerOptions, &e, false, names)
	if len(e.Events) == 0 {
		l.report(v.problem("events", fmt.Sprintf("[%s] section requires an \"events\" line", section)))
	}
	for i, name := range e.Events {
		e.Events[i] = strings.ToUpper(name)
		if !event.IsType(e.Events[i]) {
			p := v.problem("events", fmt.Sprintf("Unknown event type %s in [%s] events", e.Events[i], section))
			p.Hint = DidYouMean(e.Events[i], event.Names())
			l.report(p)
		}
	}
	if e.BufferSize < 1 {
		l.report(v.problem("buffer_size", fmt.Sprintf("[%s] section sets invalid buffer_size (%d)", section, e.BufferSize)))
	}
	if e.ResultHandler != defaultResultHandler {
		p := v.problem("result_handler", fmt.Sprintf("%s cannot be resolved within [%s]", e.ResultHandler, section))
		p.Hint = "only " + defaultResultHandler + " can be served: there is no Python"
		l.report(p)
	}
	if e.Secret != "" && e.URL == "" {
		l.report(v.problem("webhook_secret", "there is no url that it could be for"))
	}
	if redirect, ok := v.get("redirect_stderr"); ok {
		if on, err := parseBool(redirect.Value); err == nil && on {
			l.report(v.problem("redirect_stderr", fmt.Sprintf("[%s] section sets redirect_stderr=true but this is not allowed "+
				"because it will interfere with the eventlistener protocol", section)))
		}
	}
	return &e
}

// fastCGI reads what an [fcgi-program:x] has beyond a program. The socket belongs to the
// program's user unless something else is said.
func (l *loader) fastCGI(v *values, user string, names expand.Scope) *FastCGI {
	var f FastCGI
	before := len(l.problems)
	setDefaults(l, fastCGIOptions, &f)
	read(l, v, fastCGIOptions, &f, false, names)
	for i := before; i < len(l.problems); i++ {
		if p := &l.problems[i]; p.Key == "socket" && strings.HasPrefix(p.Message, "(") {
			p.Message += fmt.Sprintf(" in [%s] socket", v.section.Name)
		}
	}
	if _, ok := v.get("socket"); !ok {
		l.report(v.problem("socket", fmt.Sprintf("[%s] section requires a \"socket\" line", v.section.Name)))
	}
	_, hasOwner := v.get("socket_owner")
	_, hasMode := v.get("socket_mode")
	if strings.HasPrefix(f.Socket, "tcp://") && (hasOwner || hasMode) {
		l.report(v.problem("socket", fmt.Sprintf("socket_owner and socket_mode params should only be used with a Unix domain socket in [%s] socket",
			v.section.Name)))
	}
	if !hasOwner && user != "" && strings.HasPrefix(f.Socket, "unix://") {
		f.Owner.User, f.Owner.Group, _ = strings.Cut(user, ":")
	}
	return &f
}

// addGroup adds a group if its name and those of its processes are its own.
func (l *loader) addGroup(v *values, g Group) {
	if l.groupNames[g.Name] {
		l.report(v.problem("", fmt.Sprintf("there are two groups called '%s'", g.Name)))
		return
	}
	l.groupNames[g.Name] = true
	seen := map[string]bool{}
	for _, p := range g.Programs {
		if seen[p.Name] && p.Name != "" {
			l.report(v.problem(processNameKey, fmt.Sprintf("there are two processes called '%s:%s'", g.Name, p.Name)))
		}
		seen[p.Name] = true
	}
	l.cfg.Groups = append(l.cfg.Groups, g)
}
