package ctl

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"supervisord/internal/control"
)

// completionPatience is how long a shell waits for the names of processes.
const completionPatience = time.Second

// completer answers the scripts that complete command lines in shells.
func (f *flags) completer(env Env) cobra.CompletionFunc {
	return func(cmd *cobra.Command, words []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(cmd.Context(), completionPatience)
		defer cancel()
		var api API
		if settings, err := f.settings(env); err == nil {
			api, _ = env.Dial(settings.Server) // without it there are no names
		}
		found := candidates(ctx, api, words, toComplete)
		directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		if len(found) == 1 && strings.HasSuffix(found[0].word, "=") {
			directive |= cobra.ShellCompDirectiveNoSpace
		}
		var all []cobra.Completion
		for _, c := range found {
			all = append(all, cobra.CompletionWithDesc(c.word, c.about))
		}
		return all, directive
	}
}

// candidate is a word that may come next, and what it is.
type candidate struct{ word, about string }

// candidates returns what may come after the words, the first of which is a verb, and
// begins with toComplete. Without api, or if it does not answer, no names are known.
func candidates(ctx context.Context, api API, words []string, toComplete string) []candidate {
	all := verbCandidates()
	if len(words) > 0 {
		v, ok := findVerb(words[0])
		if !ok {
			return nil
		}
		if strings.HasPrefix(toComplete, "-") {
			all = v.flagCandidates()
		} else {
			all = v.operandCandidates(ctx, api, words[1:])
		}
	}
	return slices.DeleteFunc(all, func(c candidate) bool { return !strings.HasPrefix(c.word, toComplete) })
}

func verbCandidates() []candidate {
	var all []candidate
	for _, v := range verbs() {
		all = append(all, candidate{v.name, manualOf(v.name).short})
	}
	return all
}

func (v verb) flagCandidates() []candidate {
	var all []candidate
	v.flagSet(&options{}).VisitAll(func(f *pflag.Flag) {
		word := "--" + f.Name
		if f.NoOptDefVal == "" {
			word += "=" // a value is part of the word
		}
		all = append(all, candidate{word, f.Usage})
	})
	if v.operands == logOfProcess || v.operands == partOfLog {
		all = append(all, candidate{"-f", "follow the log"})
	}
	return all
}

// operandCandidates returns what may come after words, which follow the verb.
func (v verb) operandCandidates(ctx context.Context, api API, words []string) []candidate {
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return strings.HasPrefix(w, "-") })
	var all []candidate
	switch v.operands {
	case noOperands, ignored, partOfLog, programsAndNumbers:
		return nil
	case serverURL:
		if len(words) == 0 {
			all = []candidate{{word: "http://"}, {word: "https://"}, {word: "unix:///"}}
		}
	case processes:
		all = selectorCandidates(ctx, api)
	case oneProcess:
		if len(words) == 0 {
			all = processCandidates(ctx, api)
		}
	case groups:
		if all = groupCandidates(ctx, api); v.name == "update" {
			all = append(all, candidate{"all", "every group"})
		}
	case groupsOfFile:
		all = fileCandidates(ctx, api)
	case signalAndProcesses:
		if all = signalCandidates(); len(words) > 0 {
			all = selectorCandidates(ctx, api)
		}
	case logOfProcess:
		switch len(words) {
		case 0:
			all = processCandidates(ctx, api)
		case 1:
			all = []candidate{{"stdout", "the default"}, {"stderr", ""}}
		}
	case verbName:
		if len(words) == 0 {
			all = verbCandidates()
		}
	}
	return slices.DeleteFunc(all, func(c candidate) bool { return slices.Contains(words, c.word) })
}

// signalCandidates are the signals that programs are sent most. Any other may be typed.
func signalCandidates() []candidate {
	var all []candidate
	for name := range strings.FieldsSeq("HUP INT QUIT ABRT KILL USR1 USR2 ALRM TERM CONT STOP TSTP TTIN TTOU WINCH") {
		all = append(all, candidate{word: name})
	}
	return all
}

// processCandidates are the processes there are, with what they are doing.
func processCandidates(ctx context.Context, api API) []candidate {
	return candidatesOf(infosOf(ctx, api))
}

func candidatesOf(infos []control.Info) []candidate {
	var all []candidate
	for _, i := range infos {
		all = append(all, candidate{i.Selector().String(), i.Phase.String()})
	}
	return all
}

// selectorCandidates are all names that stand for processes: also those of groups.
func selectorCandidates(ctx context.Context, api API) []candidate {
	infos := infosOf(ctx, api)
	all := candidatesOf(infos)
	if len(all) == 0 {
		return nil
	}
	for _, i := range infos {
		c := candidate{i.Group + ":*", "all of the group"}
		if i.Group != i.Name && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return append(all, candidate{"all", "every process"})
}

// groupCandidates are the groups that are active.
func groupCandidates(ctx context.Context, api API) []candidate {
	var all []candidate
	for _, i := range infosOf(ctx, api) {
		if c := (candidate{word: i.Group}); !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}

// fileCandidates are the groups of the configuration file that are not active.
func fileCandidates(ctx context.Context, api API) []candidate {
	if api == nil {
		return nil
	}
	programs, err := api.Config(ctx)
	if err != nil {
		return nil
	}
	var all []candidate
	for _, p := range programs {
		if c := (candidate{word: p.Group}); !p.InUse && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}

// infosOf asks for the processes; an error is none, since who completes a word has no
// place to read it.
func infosOf(ctx context.Context, api API) []control.Info {
	if api == nil {
		return nil
	}
	infos, err := api.Status(ctx, control.All())
	if err != nil {
		return nil
	}
	return infos
}
