package config

import "fmt"

// Apply says what it takes for a changed option to have an effect.
type Apply string

// The apply-classes of options.
const (
	Live          Apply = "live"           // at once, when the configuration is updated
	NextStart     Apply = "next start"     // when the process is started next
	Restart       Apply = "restart"        // an update stops and starts the process
	DaemonRestart Apply = "daemon restart" // a new start of the daemon, or its restart
)

// Origin says whose option it is.
type Origin string

// The origins of options.
const (
	Python     Origin = "Python"      // Python's Supervisor
	GoOriginal Origin = "Go original" // the earlier re-implementation in Go
	Ours       Origin = "ours"
)

// Option describes one key of a section.
type Option struct {
	Name    string // lower case, as keys are compared
	Kind    string // of value, as the manual calls it
	Default string // as it would be written in a file; empty: none
	Doc     string
	Apply   Apply
	Origin  Origin
	// PerProcess says that the value is evaluated for each process of a program, so
	// that process_num and numprocs can be used in it.
	PerProcess bool
	Required   bool
	// Pending says that the option is read and checked, but has no effect yet.
	Pending bool
	// Secret says that the value is not for everybody's eyes.
	Secret bool
	// Example is a value for a sample, where Default is not one.
	Example string

	shape shape
}

// option is an Option of a section whose values go into an S.
type option[S any] struct {
	Option
	set func(dst *S, h *host, value string) error
	get func(src *S) string // the value as it would stand in a file
	// take gives dst the value of src.
	take func(dst, src *S)
}

// table is the options of a section, with an index by name.
type table[S any] struct {
	rows  []option[S]
	index map[string]int
}

// newTable indexes rows. A name twice is a mistake in a table, so it panics.
func newTable[S any](rows ...option[S]) *table[S] {
	t := &table[S]{rows: rows, index: make(map[string]int, len(rows))}
	for i, o := range rows {
		if _, twice := t.index[o.Name]; twice {
			panic("option declared twice: " + o.Name)
		}
		t.index[o.Name] = i
	}
	return t
}

// pending marks options that have no effect yet. A name that is not there is a mistake
// in a table, so it panics.
func (t *table[S]) pending(names ...string) *table[S] {
	for _, name := range names {
		t.lookup(name).Pending = true
	}
	return t
}

// lookup returns the option of that name, nil if there is none.
func (t *table[S]) lookup(name string) *option[S] {
	if i, ok := t.index[name]; ok {
		return &t.rows[i]
	}
	return nil
}

// defaults stores the default of every option that has one and is not evaluated per
// process.
func (t *table[S]) defaults(dst *S, h *host) error {
	for _, o := range t.rows {
		if o.Default == "" || o.Name == processNameKey {
			continue
		}
		if err := o.set(dst, h, o.Default); err != nil {
			return fmt.Errorf("default of %s: %w", o.Name, err)
		}
	}
	return nil
}

// opt declares an option: where its value goes, how it is read, its default, what a
// change of it takes, whose it is, and its manual.
func opt[S, T any](name string, field func(*S) *T, c codec[T], deflt string, a Apply, from Origin, doc string) option[S] {
	return option[S]{
		Option: Option{Name: name, Kind: c.kind, Default: deflt, Doc: doc, Apply: a, Origin: from, shape: c.shape},
		set: func(dst *S, h *host, value string) error {
			v, err := c.parse(h, value)
			if err == nil {
				*field(dst) = v
			}
			return err
		},
		get:  func(src *S) string { return c.print(*field(src)) },
		take: func(dst, src *S) { *field(dst) = *field(src) },
	}
}

// perProcess marks an option as evaluated for each process.
func perProcess[S any](o option[S]) option[S] {
	o.PerProcess = true
	return o
}

// required marks an option without which its section is not complete.
func required[S any](o option[S]) option[S] {
	o.Required = true
	return o
}

// secret marks an option that only those who ask for it shall see.
func secret[S any](o option[S]) option[S] {
	o.Secret = true
	return o
}

// example gives an option a value for samples.
func example[S any](value string, o option[S]) option[S] {
	o.Example = value
	return o
}
