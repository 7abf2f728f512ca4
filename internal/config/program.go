package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"supervisord/internal/config/expand"
	"supervisord/internal/config/ini"
)

// MaxProcesses is how many processes a configuration may ask for in all.
const MaxProcesses = 100_000

// source is a section that describes processes.
type source struct {
	kind    GroupKind
	name    string
	section *ini.Section
	values  *values
	grouped bool // a [group:x] names it

	dependsOn []string
}

// isProcessSection says whether [kind:name] describes processes.
func isProcessSection(kind string) bool {
	return kind == "program" || kind == "eventlistener" || kind == "fcgi-program"
}

// addSource collects a section that describes processes, and checks what does not
// depend on a group.
func (l *loader) addSource(s *ini.Section, kind, name string) {
	src := &source{section: s}
	tables, defaults := []keys{programOptions}, l.doc.Section("program-default")
	switch kind {
	case "eventlistener":
		src.kind, tables, defaults = ListenerGroup, append(tables, listenerOptions), nil
	case "fcgi-program":
		src.kind, tables = FastCGIGroup, append(tables, fastCGIOptions)
	}
	src.values = newValues(s, defaults, l.doc.Default)
	var err error
	if src.name, err = parseName(name); err != nil {
		l.report(Problem{File: s.File, Line: s.Line, Section: s.Name, Message: err.Error()})
		return
	}
	l.checkKeys(src.values, tables...)
	if _, ok := src.values.get(urlKey); ok && src.kind == ListenerGroup {
		l.webhook(src)
		return
	}
	l.sources = append(l.sources, src)
}

// members makes the processes of a section as members of a group, sorted by priority
// and name. It also returns the priority of the section.
func (l *loader) members(src *source, group string) (priority int, all []Program) {
	v, p := src.values, &l.common
	names := map[string]expand.Value{"program_name": expand.Text(src.name), "group_name": expand.Text(group)}
	*p = l.program
	p.Section, p.File, p.Program, p.Group = src.section.Name, src.section.File, src.name, group
	p.Environment = l.cfg.Supervisord.Environment
	read(l, v, programOptions, p, false, expand.Scope{l.daemonNames, names})
	src.dependsOn = p.DependsOn
	p.NumProcsOfFile = p.NumProcs
	if s, ok := l.o.Scales[src.name]; ok && (s.From == p.NumProcs || s.From == AnyNumProcs) {
		p.NumProcs = s.To
	}
	if _, ok := v.get("command"); !ok {
		l.report(v.problem("command", fmt.Sprintf("program section %s does not specify a command", src.section.Name)))
	}
	l.checkGroupSignals(v, p)
	if src.kind == FastCGIGroup {
		p.FastCGI = l.fastCGI(v, p.User, expand.Scope{l.daemonNames, names})
	}
	if !l.checkNumProcs(v, p) {
		return p.Priority, nil
	}
	all = make([]Program, max(p.NumProcs, 0))
	for i := range all {
		all[i] = *p
		l.process(v, &all[i], p.NumProcsStart+i, names)
	}
	slices.SortStableFunc(all, func(a, b Program) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), strings.Compare(a.Name, b.Name))
	})
	l.warnSeparators(v)
	return p.Priority, all
}

// checkGroupSignals settles killasgroup, which follows stopasgroup.
func (l *loader) checkGroupSignals(v *values, p *Program) {
	_, given := v.get("killasgroup")
	if !given {
		p.KillAsGroup = p.StopAsGroup
	}
	if p.StopAsGroup && !p.KillAsGroup {
		l.report(v.problem("killasgroup", "Cannot set stopasgroup=true and killasgroup=false"))
	}
}

// checkNumProcs keeps the number of processes in bounds, and their names apart.
func (l *loader) checkNumProcs(v *values, p *Program) bool {
	name, ok := v.get(processNameKey)
	if p.NumProcs > 1 && (!ok || !strings.Contains(name.Value, "%(process_num)")) {
		problem := v.problem(processNameKey, "%(process_num) must be present within process_name when numprocs > 1")
		problem.Hint = "process_name=%(program_name)s_%(process_num)02d"
		l.report(problem)
		return false
	}
	if p.NumProcs > MaxProcesses-l.processes {
		l.report(v.problem("numprocs", fmt.Sprintf("more than %d processes in all", MaxProcesses)))
		return false
	}
	l.processes += max(p.NumProcs, 0)
	return true
}

// process makes one process of what all processes of its section share.
func (l *loader) process(v *values, p *Program, num int, names map[string]expand.Value) {
	p.ProcessNum = num
	own := map[string]expand.Value{"process_num": expand.Int(num), "numprocs": expand.Int(p.NumProcs)}
	scope := expand.Scope{l.daemonNames, names, own}
	if e, ok := v.get("environment"); ok {
		p.Environment = nil
		readEntry(l, v, e, programOptions.lookup("environment"), p, scope)
		scope = expand.Scope{l.daemonNames, environmentNames(p.Environment), names, own}
		merged := maps.Clone(l.cfg.Supervisord.Environment)
		if merged == nil {
			merged = map[string]string{}
		}
		maps.Copy(merged, p.Environment)
		p.Environment = merged
	}
	name := ini.Entry{Key: processNameKey, Value: programOptions.lookup(processNameKey).Default, File: v.section.File, Line: v.section.Line}
	if _, given := v.get(processNameKey); !given {
		readEntry(l, v, name, programOptions.lookup(processNameKey), p, scope)
	}
	for _, e := range v.entries {
		if o := programOptions.lookup(e.Key); o != nil && o.PerProcess && e.Key != "environment" {
			readEntry(l, v, e, o, p, scope)
		}
	}
	l.settleLogs(v, p)
}

// settleLogs applies redirect_stderr and warns of what Python warns of, but not of syslog
// as a log target, which is as good as stdout_syslog here.
func (l *loader) settleLogs(v *values, p *Program) {
	if p.RedirectStderr {
		if slices.ContainsFunc(p.Stderr.Targets, func(t LogTarget) bool { return t.Kind != LogAuto }) {
			l.warnInLog(v.problem("stderr_logfile", fmt.Sprintf("For [%s], redirect_stderr=true but stderr_logfile has also been set to a filename, "+
				"the filename has been ignored", v.section.Name)))
		}
		p.Stderr.Targets = nil
	}
	l.warnLog(v, "stdout_logfile", &p.Stdout)
	l.warnLog(v, "stderr_logfile", &p.Stderr)
}

// warnLog warns of logs that grow for ever.
func (l *loader) warnLog(v *values, key string, s *StreamLog) {
	if s.MaxBytes == 0 && s.Rotate == 0 && slices.Contains(s.Targets, LogTarget{Kind: LogAuto}) {
		l.warnInLog(v.problem(key+"_maxbytes", fmt.Sprintf("For [%s], AUTO logging used for %s without rollover, "+
			"set maxbytes > 0 to avoid filling up filesystem unintentionally", v.section.Name, key)))
	}
}
