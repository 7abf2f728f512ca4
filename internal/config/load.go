package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"supervisord/internal/config/expand"
	"supervisord/internal/config/ini"
)

// Options say what Load reads and what it may ask of the machine.
type Options struct {
	File string // the main configuration file
	// Strict makes an error of unknown sections and options, which are else warnings.
	Strict bool
	// Environ gives the names ENV_x, in the form of os.Environ; nil: os.Environ.
	Environ []string
	// Hostname is %(host_node_name)s; empty: os.Hostname.
	Hostname string
	// LookupUser and LookupGroup find accounts; nil: the functions of this package.
	LookupUser  func(name string) (User, error)
	LookupGroup func(name string) (UserGroup, error)
	// Overrides are options of [supervisord] by name, given by other means than the
	// file. They have precedence and are not evaluated.
	Overrides map[string]string
	// Scales are other numprocs of programs, by name, than the file has.
	Scales map[string]Scale
}

// Scale stands for numprocs, as long as the file does not change it.
type Scale struct {
	// From is the numprocs of the file that it stands for; AnyNumProcs for any.
	From, To int
}

// AnyNumProcs is the From of a Scale that stands for whatever the file has.
const AnyNumProcs = -1

// Load reads a configuration file and those it includes. It returns every problem of
// all of them at once, and a configuration if none of them is an error.
//
// It differs from Python in that a file needs no [supervisord] section, and that
// sections and options it does not know are reported.
func Load(o Options) (*Config, Problems) { return newLoader(o).load() }

// load is Load, after which the loader holds what it has read.
func (l *loader) load() (*Config, Problems) {
	if l.readMain() {
		l.include()
		l.sections()
		l.groups()
		l.checkDependencies()
	}
	problems := l.problems.sorted(append([]string{"", l.cfg.File}, l.cfg.Included...))
	if len(problems.Errors()) > 0 {
		return nil, problems
	}
	conf := l.cfg // a pointer into the loader would keep all that it has read
	return &conf, problems
}

// loader is a Load under way.
type loader struct {
	o        Options
	host     *host
	doc      ini.Document
	problems Problems
	cfg      Config

	base  map[string]expand.Value            // ENV_x and host_node_name
	heres map[string]map[string]expand.Value // file → the name here

	daemonNames map[string]expand.Value // ENV_x of [supervisord] environment
	program     Program                 // the defaults of a program
	common      Program                 // what the processes of the section at hand share
	sources     []*source               // of processes
	webhooks    []*ini.Section          // in the order of cfg.Webhooks
	groupNames  map[string]bool         // taken so far
	processes   int                     // made so far
}

func newLoader(o Options) *loader {
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	if o.Hostname == "" {
		o.Hostname, _ = os.Hostname() // without one, the name is empty
	}
	l := &loader{o: o, base: map[string]expand.Value{}, heres: map[string]map[string]expand.Value{}, groupNames: map[string]bool{}}
	environ := map[string]string{}
	for _, kv := range o.Environ {
		if k, v, ok := strings.Cut(kv, "="); ok && k != "" {
			environ[k] = v
			l.base["ENV_"+k] = expand.Text(v)
		}
	}
	l.base["host_node_name"] = expand.Text(o.Hostname)
	l.host = newHost(o, environ)
	setDefaults(l, programOptions, &l.program)
	return l
}

// setDefaults stores a table's defaults. Only a mistake in the table, or a missing
// working directory, can fail it.
func setDefaults[S any](l *loader, t *table[S], dst *S) {
	if err := t.defaults(dst, l.host); err != nil {
		l.report(Problem{Message: err.Error()})
	}
}

// here is the scope with the directory of a file.
func (l *loader) here(file string) map[string]expand.Value {
	m, ok := l.heres[file]
	if !ok {
		m = map[string]expand.Value{"here": expand.Text(filepath.Dir(file))}
		l.heres[file] = m
	}
	return m
}

// readMain reads the main file; false if there is nothing to go on with.
func (l *loader) readMain() bool {
	file, err := filepath.Abs(l.o.File)
	if err != nil {
		l.report(Problem{File: l.o.File, Message: err.Error()})
		return false
	}
	l.cfg.File = file
	return l.readFile(file)
}

// readFile merges a file into the document.
func (l *loader) readFile(file string) bool {
	data, err := readLimited(file)
	if err != nil {
		l.report(Problem{Message: err.Error()})
		return false
	}
	for _, p := range l.doc.Read(file, data) {
		severity := Error
		if p.Warning {
			severity = Warning
		}
		l.report(Problem{File: p.File, Line: p.Line, Section: p.Section, Key: p.Key, Message: p.Message, Severity: severity})
	}
	return true
}

// sections reads all sections but those of processes and groups, which it collects.
func (l *loader) sections() {
	l.supervisord()
	l.supervisorctl()
	for _, s := range l.doc.Sections {
		kind, name, named := strings.Cut(s.Name, ":")
		switch {
		case strings.HasPrefix(s.Name, "unix_http_server"):
			l.unixServer(s)
		case strings.HasPrefix(s.Name, "inet_http_server"):
			l.inetServer(s)
		case named && isProcessSection(kind):
			l.addSource(s, kind, name)
		case named && kind == "rpcinterface":
			l.rpcInterface(s, strings.TrimSpace(name))
		case named && kind == "ctlplugin":
			l.warn(Problem{File: s.File, Line: s.Line, Section: s.Name, Message: "plugins of supervisorctl cannot be served"})
		case s.Name == "program-default":
			l.checkKeys(newValues(s), programOptions)
		case named && kind == "group", slices.Contains(plainSections, s.Name): // read elsewhere
		default:
			l.unknownSection(s)
		}
	}
	l.checkDefaultKeys()
}

// plainSections are the sections without a name of their own, and sectionKinds the
// words before the colon of the others.
var (
	plainSections = []string{"supervisord", "supervisorctl", "include", "program-default", "unix_http_server", "inet_http_server"}
	sectionKinds  = []string{"program", "group", "eventlistener", "fcgi-program", "rpcinterface", "ctlplugin"}
)

func (l *loader) unknownSection(s *ini.Section) {
	known := slices.Clone(plainSections)
	if _, name, named := strings.Cut(s.Name, ":"); named {
		for _, kind := range sectionKinds {
			known = append(known, kind+":"+name)
		}
	}
	hint := DidYouMean(s.Name, known)
	if hint == "" && slices.Contains(sectionKinds, s.Name) {
		hint = "write [" + s.Name + ":name]"
	}
	l.unknown(Problem{File: s.File, Line: s.Line, Section: s.Name, Message: "unknown section", Hint: hint})
}

// checkDefaultKeys reports keys of [DEFAULT] that no section knows.
func (l *loader) checkDefaultKeys() {
	if l.doc.Default == nil {
		return
	}
	l.checkKeys(newValues(l.doc.Default), supervisordOptions, supervisorctlOptions, unixServerOptions,
		inetServerOptions, programOptions, listenerOptions, fastCGIOptions, groupOptions)
}

// supervisord reads [supervisord], which may be missing.
func (l *loader) supervisord() {
	d := &l.cfg.Supervisord
	setDefaults(l, supervisordOptions, d)
	s := l.doc.Section("supervisord")
	if s == nil {
		s = &ini.Section{Name: "supervisord", File: l.cfg.File}
	}
	v := newValues(s, l.doc.Default)
	read(l, v, supervisordOptions, d, false, nil)
	l.checkKeys(v, supervisordOptions)
	l.override(d)
	if d.ChildLogDir == "" {
		d.ChildLogDir = os.TempDir()
	}
	l.warnSeparators(v)
	l.daemonNames = environmentNames(d.Environment)
}

// override stores the options given by other means than the file.
func (l *loader) override(d *Supervisord) {
	for key, value := range l.o.Overrides {
		p := Problem{Section: "supervisord", Key: key}
		if o := supervisordOptions.lookup(key); o == nil {
			p.Message = "unknown option"
		} else if err := o.set(d, l.host, value); err != nil {
			p.Message = err.Error()
		} else {
			continue
		}
		l.report(p)
	}
}

// environmentNames are the names ENV_x of an environment.
func environmentNames(env map[string]string) map[string]expand.Value {
	names := make(map[string]expand.Value, len(env))
	for k, v := range env {
		names["ENV_"+k] = expand.Text(v)
	}
	return names
}

// warnSeparators reports words between variables that are no comma: Python takes
// A=1;B=2 without a word, and A=$HOME as A=$.
func (l *loader) warnSeparators(v *values) {
	e, ok := v.get("environment")
	if !ok {
		return
	}
	if _, odd, err := parseEnvironment(e.Value); err == nil && len(odd) > 0 {
		p := v.problem("environment", "variables are separated by a comma, not by '"+strings.Join(odd, "' and '")+"'")
		p.Hint = "put the value in double quotes"
		l.warn(p)
	}
}
