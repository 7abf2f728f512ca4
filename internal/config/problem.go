package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Severity says whether a problem stops a load.
type Severity int

// The severities of a problem.
const (
	Error   Severity = iota // the configuration cannot be used
	Warning                 // it can, but perhaps it is not what its author meant
)

// Problem is something wrong in a configuration. Where Python's Supervisor complains
// too, Message has its words.
type Problem struct {
	File     string // empty: not in a file, e.g. a flag of the command line
	Line     int    // 0: the file as a whole
	Section  string // without brackets
	Key      string
	Message  string
	Hint     string // what to do about it; may be empty
	Severity Severity
	// InLog says that Python's daemon writes Message into its log as it is.
	InLog bool
}

// LogLine is the problem as the daemon logs it: Python's own line where there is one.
func (p Problem) LogLine() string {
	if p.InLog {
		return p.Message
	}
	return p.String()
}

// String is the form "file:line: section: key: message (hint)", without the parts
// that are empty.
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d", p.Line)
		}
		b.WriteString(": ")
	}
	for _, part := range []string{p.Section, p.Key} {
		if part != "" {
			b.WriteString(part + ": ")
		}
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	return b.String()
}

// Problems are all problems of one Load, in the order in which the files were read.
type Problems []Problem

// Errors returns those that stopped the load.
func (ps Problems) Errors() Problems { return ps.of(Error) }

// Warnings returns those that did not.
func (ps Problems) Warnings() Problems { return ps.of(Warning) }

func (ps Problems) of(s Severity) Problems {
	var some Problems
	for _, p := range ps {
		if p.Severity == s {
			some = append(some, p)
		}
	}
	return some
}

// Err returns an error if some problem stopped the load: one line for each of these,
// then one for each warning.
func (ps Problems) Err() error {
	var lines []string
	for _, p := range ps.Errors() {
		lines = append(lines, p.String())
	}
	if lines == nil {
		return nil
	}
	for _, p := range ps.Warnings() {
		lines = append(lines, "warning: "+p.String())
	}
	return errors.New(strings.Join(lines, "\n"))
}

// sorted returns ps by file, in the given order, and line. What is wrong with a line
// is said once, though several sections may inherit it.
func (ps Problems) sorted(files []string) Problems {
	order := map[string]int{}
	for i, f := range files {
		order[f] = i
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if d := order[a.File] - order[b.File]; d != 0 {
			return d
		}
		return a.Line - b.Line
	})
	seen := map[Problem]bool{}
	return slices.DeleteFunc(ps, func(p Problem) bool {
		if p.Line > 0 {
			p.Section = ""
		}
		twice := seen[p]
		seen[p] = true
		return twice
	})
}

// DidYouMean returns a hint with the nearest of the known words, empty if none is
// near.
func DidYouMean(word string, known []string) string {
	const longest = 64 // longer words are not worth the time
	if len(word) > longest {
		return ""
	}
	best, distance := "", 1+min(2, len(word)/3)
	for _, k := range known {
		if d := editDistance(word, k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// editDistance counts the insertions, deletions and replacements of bytes that make
// a into b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
