package ctl

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"supervisord/internal/control"
)

// usualSignals are those that people send to programs.
var usualSignals = []string{"ABRT", "ALRM", "CONT", "HUP", "INT", "KILL", "QUIT", "STOP", "TERM", "TSTP", "TTIN", "TTOU", "USR1", "USR2", "WINCH"}

// arguments returns what may come behind the first arguments of a verb.
func (s *session) arguments(ctx context.Context, v verb, args []string) []string {
	isFirst := len(args) == 0
	switch v.operands {
	case noOperands, ignored:
	case processes:
		return s.processNames(ctx)
	case oneProcess:
		if isFirst {
			return single(s.processNames(ctx))
		}
	case groups:
		if v.name == "update" {
			return append(s.groupNames(ctx), "all")
		}
		return s.groupNames(ctx)
	case groupsOfFile:
		return s.spareGroups(ctx)
	case signalAndProcesses:
		if isFirst {
			return usualSignals
		}
		return s.processNames(ctx)
	case logOfProcess:
		return s.logArguments(ctx, args)
	case partOfLog:
		if isFirst {
			return []string{followFlag}
		}
	case verbName:
		if isFirst {
			return append(topics(), "help")
		}
	case serverURL:
		if isFirst {
			return []string{"http://", "https://", "unix:///"}
		}
	}
	return nil
}

// logArguments returns what may come next in [-f|-N] NAME [CHANNEL].
func (s *session) logArguments(ctx context.Context, args []string) []string {
	hasPart := len(args) > 0 && strings.HasPrefix(args[0], "-")
	switch {
	case len(args) == 0:
		return append(single(s.processNames(ctx)), followFlag)
	case len(args) == 1 && hasPart:
		return single(s.processNames(ctx))
	case len(args) == 1 || len(args) == 2 && hasPart:
		return []string{"stdout", "stderr"}
	}
	return nil
}

// processNames returns the names of all processes, of groups as a whole where their
// processes bear other names, and the word for all.
func (s *session) processNames(ctx context.Context) []string {
	infos, _ := s.api.Status(ctx, control.All()) // a server that is away has none
	names := []string{"all"}
	for _, i := range infos {
		names = append(names, i.Selector().String())
		if i.Name != i.Group {
			names = append(names, control.OfGroup(i.Group).String())
		}
	}
	return names
}

// single returns those of processNames that stand for one process.
func single(names []string) []string {
	return slices.DeleteFunc(names, func(name string) bool {
		return name == "all" || !control.ParseSelector(name).IsOne()
	})
}

// groupNames returns the names of the groups that are active.
func (s *session) groupNames(ctx context.Context) []string {
	infos, _ := s.api.Status(ctx, control.All()) // as above
	var names []string
	for _, i := range infos {
		names = append(names, i.Group)
	}
	return names
}

// spareGroups returns the names of the groups of the configuration that are not active.
func (s *session) spareGroups(ctx context.Context) []string {
	programs, _ := s.api.Config(ctx) // as above
	var names []string
	for _, p := range programs {
		if !p.InUse {
			names = append(names, p.Group)
		}
	}
	return names
}

// flagNames returns the flags of a verb, once a hyphen has been typed. A flag with a value
// ends in "=".
func (v verb) flagNames(toComplete string) []string {
	if !strings.HasPrefix(toComplete, "-") {
		return nil
	}
	var names []string
	v.flagSet(&options{}).VisitAll(func(f *pflag.Flag) {
		name := "--" + f.Name
		if f.NoOptDefVal == "" {
			name += "="
		}
		names = append(names, name)
	})
	return names
}
