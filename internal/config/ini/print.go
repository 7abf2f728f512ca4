package ini

import "strings"

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
	b.WriteString(guarded("["+s.Name+"]") + "\n")
	for _, e := range s.Entries {
		// No blank after '=': it would turn a value that begins with '#' into a comment.
		lines := strings.Split(e.Value, "\n")
		b.WriteString(guarded(e.Key+"="+lines[0]) + "\n")
		for _, line := range lines[1:] {
			if line != "" {
				line = guarded("\t" + line)
			}
			b.WriteString(line + "\n")
		}
	}
}

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
