package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"supervisord/internal/config/expand"
	"supervisord/internal/config/ini"
)

// values are the keys of a section, its own and those it inherits.
type values struct {
	section *ini.Section
	entries []ini.Entry
	own     int // entries before this index are the section's own
	index   map[string]int
}

// newValues collects the keys of a section and, where it lacks one, of the given
// sections in turn, which may be nil.
func newValues(section *ini.Section, inherited ...*ini.Section) *values {
	v := &values{section: section, own: len(section.Entries), index: make(map[string]int, len(section.Entries))}
	for _, s := range append([]*ini.Section{section}, inherited...) {
		if s == nil {
			continue
		}
		for _, e := range s.Entries {
			if _, have := v.index[e.Key]; !have {
				v.index[e.Key] = len(v.entries)
				v.entries = append(v.entries, e)
			}
		}
	}
	return v
}

// get returns the entry of a key.
func (v *values) get(key string) (ini.Entry, bool) {
	i, ok := v.index[key]
	if !ok {
		return ini.Entry{}, false
	}
	return v.entries[i], true
}

// problem is a problem of a key, or of the section if it does not have the key.
func (v *values) problem(key, message string) Problem {
	if e, ok := v.get(key); ok {
		return Problem{File: e.File, Line: e.Line, Section: v.section.Name, Key: key, Message: message}
	}
	return Problem{File: v.section.File, Line: v.section.Line, Section: v.section.Name, Message: message}
}

// read stores those keys of a section that a table knows into dst: the ones evaluated
// per process or the others. Names are what expressions may use beyond the
// environment, here and host_node_name.
func read[S any](l *loader, v *values, t *table[S], dst *S, perProcess bool, names expand.Scope) {
	for _, e := range v.entries {
		o := t.lookup(e.Key)
		if o == nil || o.PerProcess != perProcess {
			continue
		}
		readEntry(l, v, e, o, dst, names)
	}
}

// readEntry evaluates and stores one key.
func readEntry[S any](l *loader, v *values, e ini.Entry, o *option[S], dst *S, names expand.Scope) {
	p := Problem{File: e.File, Line: e.Line, Section: v.section.Name, Key: e.Key}
	value, err := l.expand(v.section.Name, e, names)
	if err != nil {
		p.Message = err.Error()
		if e.Key == processNameKey || strings.Contains(p.Message, "badly formatted") {
			p.Hint = "a literal % is written %%"
		}
		l.report(p)
		return
	}
	if err := o.set(dst, l.host, value); err != nil {
		p.Message = err.Error()
		l.report(p)
		return
	}
	if o.Pending && value != o.Default {
		p.Message = "has no effect yet"
		l.warn(p)
	}
}

// expand evaluates the expressions of a value. The error has Python's words.
func (l *loader) expand(section string, e ini.Entry, names expand.Scope) (string, error) {
	if !strings.Contains(e.Value, "%") {
		return e.Value, nil
	}
	scope := append(expand.Scope{l.base, l.here(e.File)}, names...)
	value, err := expand.Expand(e.Value, scope)
	if err == nil {
		return value, nil
	}
	label := section + "." + e.Key
	switch e.Key {
	case processNameKey, "environment":
		label = e.Key // as Python calls them
	}
	if _, ok := errors.AsType[*expand.NameError](err); ok {
		return "", fmt.Errorf("Format string '%s' for '%s' contains names (%w) which cannot be expanded. Available names: %s", //nolint:staticcheck // Python's words
			e.Value, label, err, strings.Join(scope.Names(), ", "))
	}
	return "", fmt.Errorf("Format string '%s' for '%s' is badly formatted: %w", e.Value, label, err) //nolint:staticcheck // Python's words
}

// keys is a table of options, of whatever section.
type keys interface {
	has(name string) bool
	names() []string
}

// has says whether a table has an option of that name.
func (t *table[S]) has(name string) bool { return t.lookup(name) != nil }

// names lists the options of a table.
func (t *table[S]) names() []string {
	var all []string
	for _, o := range t.rows {
		all = append(all, o.Name)
	}
	return all
}

// checkKeys reports the section's own keys that no table has.
func (l *loader) checkKeys(v *values, tables ...keys) {
	for _, e := range v.entries[:v.own] {
		if slices.ContainsFunc(tables, func(t keys) bool { return t.has(e.Key) }) {
			continue
		}
		var known []string
		for _, t := range tables {
			known = append(known, t.names()...)
		}
		l.unknown(Problem{
			File: e.File, Line: e.Line, Section: v.section.Name, Key: e.Key,
			Message: "unknown option", Hint: DidYouMean(e.Key, known),
		})
	}
}

// unknown reports a key or section that no table has: Python says nothing.
func (l *loader) unknown(p Problem) {
	if !l.o.Strict {
		p.Severity = Warning
	}
	l.report(p)
}

func (l *loader) report(p Problem) { l.problems = append(l.problems, p) }

func (l *loader) warn(p Problem) {
	p.Severity = Warning
	l.report(p)
}

// warnInLog reports what Python's daemon says in its log.
func (l *loader) warnInLog(p Problem) {
	p.InLog = true
	l.warn(p)
}
