package config

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"supervisord/internal/config/expand"
	"supervisord/internal/config/ini"
)

// PlaceKind says where a value comes from.
type PlaceKind string

// The kinds of place.
const (
	FromFile           PlaceKind = "file"            // the section itself
	FromProgramDefault PlaceKind = "program-default" // [program-default]
	FromDefaultSection PlaceKind = "DEFAULT"         // [DEFAULT]
	FromDefault        PlaceKind = "default"         // nobody gave one
	FromCommandLine    PlaceKind = "command-line"
)

// Place is where a value comes from. File and Line are set if it stands in a file.
type Place struct {
	Kind PlaceKind `json:"kind"`
	File string    `json:"file,omitempty"`
	Line int       `json:"line,omitempty"`
}

// String is the form "file:line", after the section from which the value is inherited.
func (p Place) String() string {
	switch p.Kind {
	case FromDefault:
		return "default"
	case FromCommandLine:
		return "command line"
	case FromProgramDefault, FromDefaultSection:
		return fmt.Sprintf("[%s] %s:%d", p.Kind, p.file(), p.Line)
	case FromFile: // below
	}
	return fmt.Sprintf("%s:%d", p.file(), p.Line)
}

// file returns the name of the file, on one line.
func (p Place) file() string {
	file := strings.ToValidUTF8(p.File, "\ufffd")
	if strings.ContainsFunc(file, unicode.IsControl) {
		return strconv.Quote(file)
	}
	return file
}

// Setting is one option of a section: its value, and where that comes from.
type Setting struct {
	Section string `json:"section"` // as written, without brackets
	Key     string `json:"key"`
	// Value is what the option was given after its expressions were evaluated, in the
	// one form that its kind has for it.
	Value string `json:"value"`
	// Expression says that Value is not the same for all processes of the section, or is
	// one that no file can hold: expressions are left in it, and %% is a percent sign.
	Expression bool  `json:"expression,omitempty"`
	Masked     bool  `json:"masked,omitempty"` // Value has Mask for a secret
	Origin     Place `json:"origin"`

	verbatim bool // the value is not evaluated
}

// nothing is an expression that is empty wherever it stands.
const nothing = "%(here).0s"

// written returns the value as it must stand in a file.
func (s Setting) written() string {
	switch {
	case s.verbatim:
		return s.Value
	case s.Expression:
		return ini.Guard(s.Value, nothing)
	}
	return ini.Guard(expand.Escape(s.Value), nothing)
}

// lines returns the setting as it stands in a file. A default is a comment, since some
// options mean something else when they are given.
func (s Setting) lines() string {
	lines := ini.Lines(s.Key, s.written(), s.Origin.String())
	if s.Origin.Kind != FromDefault {
		return lines
	}
	return ";" + strings.ReplaceAll(strings.TrimSuffix(lines, "\n"), "\n", "\n;") + "\n"
}

// Effective is a configuration as it was understood: every option of every section.
type Effective struct {
	File     string    `json:"file"`     // absolute
	Included []string  `json:"included"` // in reading order
	Settings []Setting `json:"settings"` // those of a section stand together
}

// String writes the configuration as a file, with comments that say where each value
// comes from. Loaded again it is the same configuration, unless secrets are masked.
func (e *Effective) String() string {
	var b strings.Builder
	for _, s := range e.Settings {
		if s.Masked {
			b.WriteString("; Passwords are masked (" + Mask + "): loaded again, this is not the same configuration.\n")
			break
		}
	}
	fmt.Fprintf(&b, "; The configuration of %s, as supervisord understands it.\n", Place{File: e.File}.file())
	b.WriteString("; Behind each value stands where it comes from. A line that begins with ';' is a default.\n")
	section := ""
	for _, s := range e.Settings {
		if s.Section != section {
			b.WriteString("\n" + ini.Header(s.Section))
			section = s.Section
		}
		b.WriteString(s.lines())
	}
	return b.String()
}
