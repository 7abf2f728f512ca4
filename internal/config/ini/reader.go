package ini

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// reader is the state between two lines of a file: Python's RawConfigParser._read.
type reader struct {
	doc  *Document
	file string

	section *Section // nil before the first header
	over    bool     // section is not wanted
	entry   int      // index into section.Entries of the value that a deeper line continues; -1: none
	lines   []string // the lines of that value so far
	indent  int      // of the last header or key, in characters

	lostHeader bool // "no section headers" was reported
	problems   []Problem
}

// line reads one line without its end.
func (r *reader) line(n int, line string) {
	if r.over && isPlainOption(line) {
		r.indent, r.entry, r.lines = 0, r.section.set(Entry{}), append(r.lines[:0], "")
		return
	}
	visible := strings.TrimFunc(line, isSpace)
	comment := commentStart(line)
	if strings.HasPrefix(visible, "#") || strings.HasPrefix(visible, ";") {
		comment = 0
	}
	value := visible
	if comment >= 0 {
		value = strings.TrimFunc(line[:comment], isSpace)
	}
	if value == "" {
		if comment < 0 && r.continuing() {
			r.lines = append(r.lines, "")
		}
		return
	}
	indent := utf8.RuneCountInString(line[:strings.IndexFunc(line, isVisible)])
	if r.continuing() && indent > r.indent {
		r.lines = append(r.lines, value)
		r.checkCut(n, value, line, comment)
		return
	}
	r.indent = indent
	if name, ok := header(value); ok {
		r.close()
		if r.over = r.doc.Only != nil && !r.doc.Only(name); r.over {
			r.section = &Section{Name: name, byKey: map[string]int{}}
			return
		}
		r.section = r.doc.open(name, r.file, n)
		return
	}
	if r.section == nil {
		r.noHeader(n, line)
		return
	}
	r.option(n, value, line, comment)
}

// isPlainOption reports whether a line is sure to hold a key and to continue nothing.
func isPlainOption(line string) bool {
	i := strings.IndexAny(line, "=:;#[")
	return i > 0 && (line[i] == '=' || line[i] == ':') && line[0] > ' ' && line[0] < utf8.RuneSelf
}

// option reads a line with a key.
func (r *reader) option(n int, value, line string, comment int) {
	i := strings.IndexAny(value, "=:")
	if i <= 0 {
		r.problem(n, "Source contains parsing errors: "+quote(line))
		return
	}
	r.close()
	key := strings.ToLower(strings.TrimRightFunc(value[:i], isSpace))
	r.entry = r.section.set(Entry{Key: key, File: r.file, Line: n})
	r.lines = append(r.lines, strings.TrimLeftFunc(value[i+1:], isSpace))
	r.checkCut(n, value[i+1:], line, comment)
}

// continuing says whether a deeper line belongs to a value.
func (r *reader) continuing() bool { return r.lines != nil }

// close stores the value read so far.
func (r *reader) close() {
	if r.lines != nil {
		joined := strings.Join(r.lines, "\n")
		r.section.Entries[r.entry].Value = strings.TrimRightFunc(joined, isSpace)
	}
	r.lines = nil
}

// finish ends the file.
func (r *reader) finish() { r.close() }

// noHeader reports text before the first section, once per file.
func (r *reader) noHeader(n int, line string) {
	if !r.lostHeader {
		r.problem(n, "File contains no section headers. "+quote(line))
	}
	r.lostHeader = true
}

// checkCut warns when the comment at that index of the line ends a quoted string in
// the value before its closing quote.
func (r *reader) checkCut(n int, value, line string, comment int) {
	if comment <= 0 {
		return
	}
	q := openQuote(value)
	if q == 0 || !strings.ContainsRune(line[comment:], q) {
		return
	}
	r.problems = append(r.problems, Problem{
		File: r.file, Line: n, Section: r.section.Name, Key: r.section.Entries[r.entry].Key, Warning: true,
		Message: fmt.Sprintf("a %q after a blank starts a comment, inside quotes too: the value ends at %s",
			line[comment], quote(strings.TrimFunc(value, isSpace))),
	})
}

func (r *reader) problem(n int, message string) {
	p := Problem{File: r.file, Line: n, Message: message}
	if r.section != nil {
		p.Section = r.section.Name
	}
	r.problems = append(r.problems, p)
}

// commentStart returns the index at which a comment starts inside the line, -1 if
// none does. It looks at the first ';' and the first '#' together, then at the second
// of each and so on, and takes what the first such round finds: "a;b ;c #d" is cut
// at '#', not at the second ';'. That is how Python's loop behaves.
func commentStart(line string) int {
	semicolon, hash := 0, 0
	for semicolon >= 0 || hash >= 0 {
		start := -1
		for _, next := range []struct {
			from   *int
			prefix byte
		}{{&semicolon, ';'}, {&hash, '#'}} {
			if *next.from < 0 {
				continue
			}
			i := strings.IndexByte(line[*next.from:], next.prefix)
			if i < 0 {
				*next.from = -1
				continue
			}
			i += *next.from
			*next.from = i + 1
			if afterSpace(line, i) && (start < 0 || i < start) {
				start = i
			}
		}
		if start >= 0 {
			return start
		}
	}
	return -1
}

// afterSpace says whether index i is the line's start or follows a blank.
func afterSpace(line string, i int) bool {
	if i == 0 {
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(line[:i])
	return isSpace(r)
}

// header reads a section header: '[', a name that ends at the last ']' of the line.
// What follows that is ignored, as in Python.
func header(value string) (name string, ok bool) {
	end := strings.LastIndexByte(value, ']')
	if !strings.HasPrefix(value, "[") || end < 2 {
		return "", false
	}
	return value[1:end], true
}

// openQuote returns the quote that is still open at the end of s, 0 if none is. An
// apostrophe inside a word opens nothing.
func openQuote(s string) rune {
	var open, last rune
	for _, c := range s {
		switch {
		case open != 0 && c == open:
			open = 0
		case open == 0 && c == '"', open == 0 && c == '\'' && !unicode.IsLetter(last) && !unicode.IsDigit(last):
			open = c
		}
		last = c
	}
	return open
}

// isSpace is Python's str.isspace for one character: Unicode's white space and the
// four ASCII separators.
func isSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

func isVisible(r rune) bool { return !isSpace(r) }

// quote shows at most the first 200 characters of a line, like Python's repr.
func quote(line string) string {
	const most = 200
	if r := []rune(line); len(r) > most {
		line = string(r[:most]) + "…"
	}
	quoted := strconv.Quote(line)
	return "'" + strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`) + "'"
}
