package ctl

import (
	"context"
	"slices"
	"strings"
	"time"
)

// completionPatience is how long a server may take to answer before a completion goes
// without what it knows.
const completionPatience = time.Second

// complete returns what toComplete could become behind the words of a command line,
// sorted. A server that does not answer takes a second and knows nothing.
func (s *session) complete(ctx context.Context, words []string, toComplete string) []string {
	var candidates []string
	if len(words) == 0 {
		candidates = append(topics(), "help")
	} else if v, ok := findVerb(words[0]); ok {
		ctx, cancel := context.WithTimeout(ctx, completionPatience)
		defer cancel()
		candidates = slices.Concat(s.arguments(ctx, v, words[1:]), v.flagNames(toComplete))
		candidates = slices.DeleteFunc(candidates, func(c string) bool { return slices.Contains(words[1:], c) })
	}
	candidates = slices.DeleteFunc(candidates, func(c string) bool { return !strings.HasPrefix(c, toComplete) })
	slices.Sort(candidates)
	return slices.Compact(candidates)
}

// completeLine is the [Completer] of the shell.
func (s *session) completeLine(ctx context.Context, line string) (head string, words []string) {
	var before []string
	rest := strings.TrimLeft(line, " \t")
	if afterMark, ok := strings.CutPrefix(rest, "?"); ok { // short for help
		before, rest = []string{"help"}, afterMark
	}
	start := strings.LastIndexAny(rest, " \t") + 1
	before = append(before, strings.Fields(rest[:start])...)
	return strings.TrimSuffix(line, rest[start:]), s.complete(ctx, before, rest[start:])
}
