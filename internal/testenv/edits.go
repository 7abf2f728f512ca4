package testenv

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// Edits is a configuration of programs that is edited at random, as people do it: for
// tests of what an update touches.
type Edits struct {
	// Options are those that are edited, with values to choose from. Without a value the
	// option is not written.
	Options map[string][]string
	// Base is written in front of the main file.
	Base string

	rand       *rand.Rand
	programs   []*edited
	priorities map[string]int // of groups
	made       int
}

// edited is a program of Edits.
type edited struct {
	name            string
	group           string // empty: its own
	included        bool   // it stands in the file that is included
	numprocs, first int
	options         map[string]string
}

// ProcessID names a process and what it was made from.
type ProcessID struct {
	Name    string // group:process
	Program string
	Options map[string]string
}

// NewEdits returns a configuration with that many programs. The same seed makes the same.
func NewEdits(seed uint64, programs int, options map[string][]string, base string) *Edits {
	e := &Edits{Options: options, Base: base, rand: rand.New(rand.NewPCG(seed, 1)), priorities: map[string]int{}}
	for range programs {
		e.add()
	}
	return e
}

// Edit changes the configuration and says how.
func (e *Edits) Edit() string {
	p := e.programs[e.rand.IntN(len(e.programs))]
	switch e.rand.IntN(8) {
	case 0:
		return "add " + e.add().name
	case 1:
		if len(e.programs) > 3 {
			e.programs = slices.DeleteFunc(e.programs, func(other *edited) bool { return other == p })
			return "remove " + p.name
		}
		fallthrough
	case 2:
		p.numprocs = 1 + e.rand.IntN(4)
		return fmt.Sprintf("numprocs of %s: %d", p.name, p.numprocs)
	case 3:
		p.first = e.rand.IntN(3)
		return fmt.Sprintf("numprocs_start of %s: %d", p.name, p.first)
	case 4:
		p.group = []string{"", "red", "green"}[e.rand.IntN(3)]
		return fmt.Sprintf("group of %s: %q", p.name, p.group)
	case 5:
		p.included = !p.included
		e.rand.Shuffle(len(e.programs), func(i, j int) { e.programs[i], e.programs[j] = e.programs[j], e.programs[i] })
		return "move the section of " + p.name
	case 6:
		group := []string{"red", "green"}[e.rand.IntN(2)]
		e.priorities[group] = e.rand.IntN(1000)
		return "priority of " + group
	}
	return e.option(p)
}

// option gives an option of a program another value.
func (e *Edits) option(p *edited) string {
	names := slices.Sorted(maps.Keys(e.Options))
	name := names[e.rand.IntN(len(names))]
	p.options[name] = e.Options[name][e.rand.IntN(len(e.Options[name]))]
	return fmt.Sprintf("%s of %s: %q", name, p.name, p.options[name])
}

func (e *Edits) add() *edited {
	e.made++
	p := &edited{name: fmt.Sprintf("p%d", e.made), numprocs: 1 + e.rand.IntN(3), options: map[string]string{}}
	for name, values := range e.Options {
		p.options[name] = values[0]
	}
	e.programs = append(e.programs, p)
	return p
}

// Files returns the text of the main file, and of the one that it includes as more.conf.
func (e *Edits) Files() (main, more string) {
	texts := [2]strings.Builder{}
	texts[0].WriteString(e.Base + "[include]\nfiles=more.conf\n")
	groups := map[string][]string{}
	for _, p := range e.programs {
		at := &texts[0]
		if p.included {
			at = &texts[1]
		}
		fmt.Fprintf(at, "[program:%s]\nprocess_name=%%(program_name)s_%%(process_num)d\nnumprocs=%d\nnumprocs_start=%d\n", p.name, p.numprocs, p.first)
		for _, name := range slices.Sorted(maps.Keys(p.options)) {
			if value := p.options[name]; value != "" {
				fmt.Fprintf(at, "%s=%s\n", name, value)
			}
		}
		if p.group != "" {
			groups[p.group] = append(groups[p.group], p.name)
		}
	}
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		fmt.Fprintf(&texts[0], "[group:%s]\nprograms=%s\npriority=%d\n", group, strings.Join(groups[group], ","), e.priorities[group])
	}
	return texts[0].String(), texts[1].String() + "\n"
}

// Processes returns all that the configuration describes, by name.
func (e *Edits) Processes() map[string]ProcessID {
	all := map[string]ProcessID{}
	for _, p := range e.programs {
		group := p.group
		if group == "" {
			group = p.name
		}
		for i := range p.numprocs {
			id := ProcessID{fmt.Sprintf("%s:%s_%d", group, p.name, p.first+i), p.name, maps.Clone(p.options)}
			all[id.Name] = id
		}
	}
	return all
}
