package ctl

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"supervisord/internal/process"
)

// options are the flags that verbs take. Python's supervisorctl has none: -f and -N of
// tail are arguments.
type options struct {
	help    bool
	json    bool
	noWait  bool
	noDeps  bool
	cascade bool
	wait    *process.Phase // to wait for; nil for none
	timeout time.Duration  // zero for none
	stream  string         // of logtail; empty for stdout
	watch   bool
	follow  bool     // of events
	filter  []string // of events; empty for all
}

// optionRow is a flag of verbs.
type optionRow struct {
	name   string
	define func(set *pflag.FlagSet, o *options)
}

// optionTable lists the flags, of which a verb names those it takes.
var optionTable = []optionRow{
	{"help", func(set *pflag.FlagSet, o *options) { set.BoolVar(&o.help, "help", false, "show this help") }},
	{"json", func(set *pflag.FlagSet, o *options) { set.BoolVar(&o.json, "json", false, "print JSON") }},
	{"no-wait", func(set *pflag.FlagSet, o *options) {
		set.BoolVar(&o.noWait, "no-wait", false, "return at once, before it is known how it ends")
	}},
	{"no-deps", func(set *pflag.FlagSet, o *options) {
		set.BoolVar(&o.noDeps, "no-deps", false, "do not start what it needs (depends_on), nor wait for that")
	}},
	{"cascade", func(set *pflag.FlagSet, o *options) {
		set.BoolVar(&o.cascade, "cascade", false, "stop those first that need it (depends_on)")
	}},
	{"wait", func(set *pflag.FlagSet, o *options) {
		set.Var(&phaseFlag{&o.wait}, "wait", "wait until all are in this `state`, or one is FATAL")
		set.Lookup("wait").NoOptDefVal = process.Running.String()
	}},
	{"timeout", func(set *pflag.FlagSet, o *options) {
		set.Var((*seconds)(&o.timeout), "timeout", "wait no longer than this `time`, such as 30s (exit code 124)")
	}},
	{"type", func(set *pflag.FlagSet, o *options) {
		set.StringVar(&o.stream, "type", "", "the `log` to show: stdout or stderr (default stdout)")
	}},
	{"watch", func(set *pflag.FlagSet, o *options) {
		set.BoolVarP(&o.watch, "watch", "w", false, "show the status as it changes, until Ctrl-C or q")
	}},
	{"filter", func(set *pflag.FlagSet, o *options) {
		set.StringSliceVar(&o.filter, "filter", nil, "show only events of these `types` or families, such as PROCESS_STATE,TICK_60")
	}},
	{"follow", func(set *pflag.FlagSet, o *options) {
		set.BoolVarP(&o.follow, "follow", "f", false, "go on with what happens, until Ctrl-C")
	}},
}

// flagSet returns the flags of a verb, which are stored in o.
func (v verb) flagSet(o *options) *pflag.FlagSet {
	set := pflag.NewFlagSet(v.name, pflag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.SortFlags = false
	for _, row := range optionTable {
		if row.name == "help" || slices.Contains(v.options, row.name) {
			row.define(set, o)
		}
	}
	return set
}

// parse takes the words behind a verb apart. Two hyphens and a letter begin a flag; one
// hyphen makes a flag of what the verb knows and leaves all else an argument, as it is to
// Python, so that `tail -100 web` is what it was.
func (v verb) parse(words []string) (call, error) {
	var c call
	set := v.flagSet(&c.options)
	for i := 0; i < len(words); i++ {
		word := words[i]
		if word == "--" {
			c.args = append(c.args, words[i+1:]...)
			break
		}
		if !isFlag(set, word) {
			c.args = append(c.args, word)
			continue
		}
		parts := []string{word}
		if wantsValue(set, word) && i+1 < len(words) {
			i++
			parts = append(parts, words[i])
		}
		if err := set.Parse(parts); err != nil {
			return call{}, fmt.Errorf("%s: %w", v.name, err)
		}
	}
	return c, nil
}

// wantsValue reports whether the value of a flag is the next word: --timeout 5s. That of
// a flag which can go without is part of the word: --wait=STOPPED.
func wantsValue(set *pflag.FlagSet, word string) bool {
	f := set.Lookup(strings.TrimPrefix(word, "--"))
	return f != nil && f.NoOptDefVal == ""
}

// isFlag reports whether a word is a flag rather than an argument.
func isFlag(set *pflag.FlagSet, word string) bool {
	if len(word) > 2 && word[:2] == "--" && (word[2]|' ') >= 'a' && (word[2]|' ') <= 'z' {
		return true
	}
	return len(word) == 2 && word[0] == '-' && set.ShorthandLookup(word[1:]) != nil
}

// seconds is a flag for a time to wait: a number of seconds, or a duration like 1m30s.
type seconds time.Duration

// Set implements pflag.Value.
func (s *seconds) Set(text string) error {
	d, err := time.ParseDuration(text)
	if n, numErr := strconv.ParseUint(text, 10, 31); numErr == nil {
		d, err = time.Duration(n)*time.Second, nil
	}
	if err != nil || d <= 0 {
		return errors.New("must be a time to wait, such as 30s or 2m")
	}
	*s = seconds(d)
	return nil
}

// String implements pflag.Value.
func (s *seconds) String() string {
	if *s == 0 {
		return ""
	}
	return time.Duration(*s).String()
}

// Type implements pflag.Value.
func (s *seconds) Type() string { return "time" }

// phaseFlag is a flag for the state of a process.
type phaseFlag struct{ phase **process.Phase }

// Set implements pflag.Value.
func (f *phaseFlag) Set(text string) error {
	for _, p := range process.Phases {
		if strings.EqualFold(p.String(), text) {
			*f.phase = &p
			return nil
		}
	}
	return errors.New("must be a state, such as RUNNING")
}

// String implements pflag.Value.
func (*phaseFlag) String() string { return "" }

// Type implements pflag.Value.
func (*phaseFlag) Type() string { return "state" }
