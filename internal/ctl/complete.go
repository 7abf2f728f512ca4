package ctl

import (
	"context"
	"slices"
	"strings"
)

// complete returns what toComplete could become behind the words of a command line,
// sorted. A server that does not answer takes a while and knows nothing.
func (s *session) complete(ctx context.Context, words []string, toComplete string) []string {
	ctx, cancel := context.WithTimeout(ctx, completionPatience)
	defer cancel()
	var found []string
	for _, c := range candidates(ctx, s.api, words, toComplete) {
		found = append(found, c.word)
	}
	slices.Sort(found)
	return found
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
