package ini

import (
	"strings"
	"unicode/utf8"
)

// String writes the document in its own dialect: read again, it gives the same
// sections, keys and values.
func (d *Document) String() string {
	var b strings.Builder
	if d.Default != nil {
		d.Default.print(&b)
	}
	for _, s := range d.Sections {
		s.print(&b)
	}
	return b.String()
}

func (s *Section) print(b *strings.Builder) {
	b.WriteString(Header(s.Name))
	for _, e := range s.Entries {
		b.WriteString(Lines(e.Key, e.Value, ""))
	}
}

// Header returns the line that opens a section.
func Header(name string) string { return guarded("["+name+"]") + "\n" }

// Lines returns the lines of a key with its value, and a comment of one line that may be
// empty: behind the value if it can stand there, else before the key. The value must
// be one that a document can hold.
func Lines(key, value, comment string) string {
	// No blank after '=': it would turn a value that begins with '#' into a comment.
	first, rest, more := strings.Cut(key+"="+value, "\n")
	var b strings.Builder
	if behind := first + " ; " + comment; comment != "" && !more && commentStart(behind) == len(first)+1 {
		return behind + "\n"
	} else if comment != "" {
		b.WriteString("; " + comment + "\n")
	}
	b.WriteString(guarded(first) + "\n")
	if !more {
		return b.String()
	}
	for line := range strings.SplitSeq(rest, "\n") {
		if line != "" {
			line = guarded("\t" + line)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// Guard returns text with guard, which must not hold a blank or a comment character, wherever
// a document would not keep what stands there: blanks at the ends of a line, and a comment
// character that begins a line or follows a blank. A carriage return and what is not UTF-8
// cannot be kept, see Holds.
func Guard(text, guard string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		var b strings.Builder
		before := ' ' // a line's start is as good as a blank, but for a blank only there
		for _, r := range line {
			if (r == ';' || r == '#') && isSpace(before) || isSpace(r) && b.Len() == 0 {
				b.WriteString(guard)
			}
			b.WriteRune(r)
			before = r
		}
		if line != "" && isSpace(before) {
			b.WriteString(guard)
		}
		lines[i] = b.String()
	}
	if last := len(lines) - 1; last > 0 && lines[last] == "" {
		lines[last] = guard // empty lines at the end are dropped
	}
	return strings.Join(lines, "\n")
}

// Holds reports whether a document can hold a text, with a Guard where it needs one.
func Holds(text string) bool { return utf8.ValidString(text) && !strings.Contains(text, "\r") }

// guarded returns a line that reads as it stands. A line may hold what looks like a
// comment only because the other comment character cut it first (see commentStart);
// the same is done to it again.
func guarded(line string) string {
	if commentStart(line) < 0 {
		return line
	}
	for _, comment := range []string{" ;", " #"} {
		if commentStart(line+comment) == len(line)+1 {
			return line + comment
		}
	}
	return line
}
