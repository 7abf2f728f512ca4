package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"
)

// flags are what the daemon's command line says.
type flags struct {
	configuration string
	daemon        bool
	strict        bool
	version       bool
	// overrides are options of [supervisord], by name.
	overrides map[string]string
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
	set.StringVarP(&f.configuration, "configuration", "c", "", "configuration `file`; searched for if not given")
	set.BoolVarP(&f.daemon, "daemon", "d", false, "run in the background; return once it serves")
	set.BoolVar(&f.strict, "strict", false, "take unknown options in the configuration as errors")
	// Cobra's own version flag would bring in text/template, and with it every method of
	// every type: a quarter of the binary.
	set.BoolVarP(&f.version, "version", "v", false, "show the version")
	for _, o := range overriding {
		value := &override{of: f, name: o.name, isSwitch: o.isSwitch}
		flag := set.VarPF(value, o.name, o.short, o.usage)
		if o.isSwitch {
			flag.NoOptDefVal = "true"
		}
	}
}

// override is the value of a flag that overrides an option. It implements pflag.Value.
type override struct {
	of       *flags
	name     string
	isSwitch bool
}

// Set notes the value. The option's table judges it.
func (o *override) Set(value string) error {
	if _, twice := o.of.overrides[o.name]; twice {
		return errors.New("given twice")
	}
	if o.isSwitch && value != "true" {
		return fmt.Errorf("takes no value: %q", value)
	}
	o.of.overrides[o.name] = value
	return nil
}

// String returns nothing: the default is in the configuration.
func (o *override) String() string { return "" }

// Type names the value in the help.
func (o *override) Type() string {
	if o.isSwitch {
		return "bool"
	}
	return "string"
}
