package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"supervisord/internal/config"
)

// flags are what the daemon's command line says.
type flags struct {
	daemon  bool
	strict  bool
	version bool
	usage   bool
	// files are those that configuration and env-file name.
	files map[string]string
	// overrides are options of [supervisord], by name.
	overrides map[string]string
	twice     string // a flag that was given more than once
}

// newFlags returns flags none of which is given.
func newFlags() flags {
	return flags{files: map[string]string{}, overrides: map[string]string{}}
}

// check refuses what only the flags as a whole tell.
func (f *flags) check() error {
	if f.twice != "" {
		return fmt.Errorf("--%s is given twice", f.twice)
	}
	return nil
}

// findFile returns the configuration file to read.
func (f *flags) findFile() (string, error) {
	executable, _ := os.Executable() // without it, two places fewer are searched
	file, _, err := config.Find(f.files["configuration"], executable)
	return file, err
}

// overriding are the flags of Python's supervisord that override an option of
// [supervisord] of the same name. -d, there the directory, is the Go original's daemon mode.
var overriding = []struct {
	name, short string
	isSwitch    bool
	usage       string
}{
	{"nodaemon", "n", true, "run in the foreground (the default)"},
	{"silent", "s", true, "in the foreground, do not copy the log to stdout"},
	{"user", "u", false, "run as this `user`, by name or number"},
	{"umask", "m", false, "use this octal `umask`"},
	{"directory", "", false, "change to this `directory`"},
	{"logfile", "l", false, "write the log to this `file`"},
	{"logfile_maxbytes", "y", false, "rotate the log at this `size`"},
	{"logfile_backups", "z", false, "keep this `number` of rotated logs"},
	{"loglevel", "e", false, "log what is at least of this `level`: critical error warn info debug trace blather"},
	{"pidfile", "j", false, "write the pid to this `file`"},
	{"identifier", "i", false, "`name` of this instance"},
	{"childlogdir", "q", false, "put the logs of programs into this `directory`"},
	{"nocleanup", "k", true, "keep the logs of programs from the last run"},
	{"minfds", "a", false, "have at least this `number` of file descriptors"},
	{"minprocs", "", false, "have at least this `number` of processes"},
	{"strip_ansi", "t", true, "remove terminal escape sequences from what programs write"},
}

// define declares the flags.
func (f *flags) define(set *pflag.FlagSet) {
	set.SortFlags = false
	file := func(name string) *single { return &single{of: f, name: name, values: f.files} }
	set.VarP(file("configuration"), "configuration", "c", "configuration `file`; searched for if not given")
	set.BoolVarP(&f.daemon, "daemon", "d", false, "run in the background; return once it serves")
	set.BoolVar(&f.strict, "strict", false, "take unknown options in the configuration as errors")
	set.Var(file("env-file"), "env-file", "read KEY=VALUE lines of this `file` into the environment first")
	for _, o := range overriding {
		value := &single{of: f, name: o.name, values: f.overrides, isSwitch: o.isSwitch}
		flag := set.VarPF(value, o.name, o.short, o.usage)
		if o.isSwitch {
			flag.NoOptDefVal = "true"
		}
	}
	// Cobra's own version flag would bring in text/template, and with it every method of
	// every type: a quarter of the binary.
	set.BoolVarP(&f.version, "version", "v", false, "show the version")
	set.BoolP("help", "h", false, "show this help")
	set.BoolVarP(&f.usage, "usage", "?", false, "the same")
	set.Var(unsupported("it profiles Python code, of which there is none here"), "profile_options", "")
	for _, hidden := range []string{"usage", "profile_options"} {
		set.Lookup(hidden).Hidden = true
	}
}

// unsupported is the value of a flag of Python's that has no meaning here: the reason.
// It implements pflag.Value.
type unsupported string

// Set refuses every value.
func (u unsupported) Set(string) error { return errors.New(string(u)) }

// String returns nothing: there is no value.
func (u unsupported) String() string { return "" }

// Type names the value in the help.
func (u unsupported) Type() string { return "string" }

// single is the value of a flag that is given at most once. It implements pflag.Value.
type single struct {
	of       *flags
	name     string
	values   map[string]string // where it is noted
	isSwitch bool
}

// Set notes the value. Of an option, its table judges it. That it has one already is
// said later: completion reads the flags twice.
func (v *single) Set(value string) error {
	if v.isSwitch && value != "true" {
		return fmt.Errorf("takes no value: %q", value)
	}
	if _, twice := v.values[v.name]; twice {
		v.of.twice = v.name
	}
	v.values[v.name] = value
	return nil
}

// String returns nothing: the default is in the configuration.
func (v *single) String() string { return "" }

// Type names the value in the help.
func (v *single) Type() string {
	if v.isSwitch {
		return "bool"
	}
	return "string"
}
