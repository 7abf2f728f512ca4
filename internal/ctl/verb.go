package ctl

import (
	"context"
	"strings"
)

// operand says what the arguments of a verb are, for completion and the manual.
type operand int

// The kinds of operands.
const (
	noOperands   operand = iota
	processes            // names of processes, group:*, all
	oneProcess           // the name of one process
	groups               // names of groups that are active
	groupsOfFile         // names of groups of the configuration
	signalAndProcesses
	logOfProcess // a process and a channel
	partOfLog    // -f or a number of bytes
	programsAndNumbers
	verbName
	serverURL
	ignored // anything, which has no effect
)

// verb is one word that the command line understands.
type verb struct {
	name     string
	operands operand // what the arguments are; noOperands refuses any
	online   bool    // the server is checked before the arguments are looked at
	ours     bool    // Python's supervisorctl does not have it
	// options are the names of the flags that it takes beside --help, as in optionTable.
	options []string
	run     func(s *session, ctx context.Context, c call) (code int, err error)
	// help is what `help NAME` prints: per line a usage, tabs and what it does. The
	// words and the tabs are Python's.
	help string
	// otherHelp is printed instead under the name "supervisord ctl", if the verb is another
	// one there; empty: it is not.
	otherHelp string
	// example is a command line that shows it at work, without the name of the command.
	example string
}

// call is a command line taken apart.
type call struct {
	args []string // what is no flag
	options
}

func findVerb(name string) (verb, bool) {
	for _, v := range verbs() {
		if v.name == name {
			return v, true
		}
	}
	return verb{}, false
}

// IsVerb reports whether the command line understands that word.
func IsVerb(name string) bool {
	_, ok := findVerb(name)
	return ok
}

// parseLine splits a command line as Python's cmd module does: the verb ends at the
// first character that no identifier has, and "?" is short for help. A verb of ours may
// have hyphens.
func parseLine(line string) (name string, args []string) {
	line = strings.TrimSpace(line)
	if rest, ok := strings.CutPrefix(line, "?"); ok {
		return "help", strings.Fields(rest)
	}
	if words := strings.Fields(line); len(words) > 0 && strings.Contains(words[0], "-") {
		if _, ok := findVerb(words[0]); ok {
			return words[0], words[1:]
		}
	}
	end := strings.IndexFunc(line, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	if end < 0 {
		end = len(line)
	}
	return line[:end], strings.Fields(line[end:])
}
