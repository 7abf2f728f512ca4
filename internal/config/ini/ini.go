package ini

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of what Read accepts.
const (
	// MaxFileSize is the size in bytes of the largest file that is read.
	MaxFileSize = 64 << 20
	// MaxLineLength is the length in bytes of the longest line that is read.
	MaxLineLength = 1 << 20
)

// DefaultSection is the name of the section whose keys all others inherit.
const DefaultSection = "DEFAULT"

// Document is what was read from one or more files. The zero value is empty and
// ready for use.
type Document struct {
	// Sections are in the order in which they first appeared, without [DEFAULT].
	Sections []*Section
	// Default is [DEFAULT], nil if no file has one.
	Default *Section
	// Only, if set before Read, says which sections are wanted. The others are read over,
	// and little of what is wrong in them is found.
	Only func(section string) bool

	byName map[string]*Section
}

// Section is a [name] and the keys below it.
type Section struct {
	Name string
	// File and Line are where the section was first opened. Lines count from 1.
	File string
	Line int
	// Entries are in the order in which the keys first appeared.
	Entries []Entry

	byKey map[string]int
}

// Entry is a key and its value.
type Entry struct {
	Key   string // lower case
	Value string // lines of a continued value are joined with "\n"
	File  string // where the value was set: the last place if there are several
	Line  int    // the line of the key
}

// Problem is something wrong, or merely suspect, in a file.
type Problem struct {
	File    string
	Line    int // 0: the file as a whole
	Section string
	Key     string
	Message string
	Warning bool // the value was read, but perhaps not as its author meant it
}

// String is the form "file:line: message".
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Message
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message)
}

// Parse reads one file into a new Document.
func Parse(file string, data []byte) (*Document, []Problem) {
	doc := new(Document)
	return doc, doc.Read(file, data)
}

// Read merges a file into d and reports everything wrong with it. After a problem
// that is not a warning, d holds what could be read. The name of the file goes into
// entries and problems.
func (d *Document) Read(file string, data []byte) []Problem {
	if len(data) > MaxFileSize {
		return []Problem{{File: file, Message: fmt.Sprintf("the file is larger than %d bytes", MaxFileSize)}}
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	if !utf8.ValidString(text) {
		return []Problem{invalidUTF8(file, text)}
	}
	r := reader{doc: d, file: file}
	line := 0
	for text != "" {
		var rest string
		text, rest = cutLine(text)
		line++
		if len(text) > MaxLineLength {
			r.problem(line, fmt.Sprintf("the line is longer than %d bytes", MaxLineLength))
		} else {
			r.line(line, text)
		}
		text = rest
	}
	r.finish()
	return r.problems
}

// Section returns the section of that name, nil if there is none. "DEFAULT" gives
// [DEFAULT].
func (d *Document) Section(name string) *Section {
	if name == DefaultSection {
		return d.Default
	}
	return d.byName[name]
}

// Lookup returns the entry of a key in s or, if s has none, in [DEFAULT].
func (d *Document) Lookup(s *Section, key string) (Entry, bool) {
	if e, ok := s.Get(key); ok {
		return e, true
	}
	return d.Default.Get(key)
}

// Get returns the entry of a key, which must be in lower case. It looks at this
// section only. A nil section has no keys.
func (s *Section) Get(key string) (Entry, bool) {
	if s == nil {
		return Entry{}, false
	}
	i, ok := s.byKey[key]
	if !ok {
		return Entry{}, false
	}
	return s.Entries[i], true
}

// open returns the section of that name, creating it at file and line.
func (d *Document) open(name, file string, line int) *Section {
	if s := d.Section(name); s != nil {
		return s
	}
	s := &Section{Name: name, File: file, Line: line, byKey: map[string]int{}}
	if name == DefaultSection {
		d.Default = s
		return s
	}
	if d.byName == nil {
		d.byName = map[string]*Section{}
	}
	d.byName[name] = s
	d.Sections = append(d.Sections, s)
	return s
}

// set stores an entry and returns its index.
func (s *Section) set(e Entry) int {
	if i, ok := s.byKey[e.Key]; ok {
		s.Entries[i] = e
		return i
	}
	s.Entries = append(s.Entries, e)
	s.byKey[e.Key] = len(s.Entries) - 1
	return len(s.Entries) - 1
}

// cutLine divides text after its first line, whose end (LF, CR LF or a lone CR, as
// Python's text mode has it) is dropped.
func cutLine(text string) (line, rest string) {
	i := strings.IndexAny(text, "\r\n")
	if i < 0 {
		return text, ""
	}
	if strings.HasPrefix(text[i:], "\r\n") {
		return text[:i], text[i+2:]
	}
	return text[:i], text[i+1:]
}

// invalidUTF8 says where the first byte stands that is not UTF-8.
func invalidUTF8(file, text string) Problem {
	line := 1
	for text != "" {
		var l string
		l, text = cutLine(text)
		for i, r := range l {
			if _, size := utf8.DecodeRuneInString(l[i:]); r == utf8.RuneError && size == 1 {
				return Problem{
					File: file, Line: line,
					Message: fmt.Sprintf("not UTF-8: byte 0x%02x at column %d", l[i], i+1),
				}
			}
		}
		line++
	}
	return Problem{File: file, Message: "not UTF-8"}
}
