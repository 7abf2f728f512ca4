package rpc

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// scanner reads the part of XML that XML-RPC needs: tags, text, comments and the
// like. Attributes are read over. It holds the document as a string, and the text it
// returns is mostly a part of it, not a copy.
type scanner struct {
	src     string
	pos     int
	lax     bool   // take characters that XML does not have
	pending string // the name of an empty element that was opened, and is now to be closed
}

// tag is a start tag or an end tag.
type tag struct {
	name string
	end  bool
}

func (t tag) String() string {
	if t.end {
		return "</" + t.name + ">"
	}
	return "<" + t.name + ">"
}

// newScanner checks the encoding of a document and begins to read it.
func newScanner(doc []byte, lax bool) (*scanner, error) {
	src := strings.TrimPrefix(string(doc), "\uFEFF")
	if name := declaredEncoding(src); strings.EqualFold(name, "iso-8859-1") {
		src = fromLatin1(src)
	} else if name != "" && !strings.EqualFold(name, "utf-8") && !strings.EqualFold(name, "us-ascii") {
		return nil, fmt.Errorf("xml-rpc: unknown encoding %q", name)
	}
	if !utf8.ValidString(src) {
		return nil, errors.New("xml-rpc: not UTF-8")
	}
	return &scanner{src: src, lax: lax}, nil
}

// declaredEncoding returns the encoding that the XML declaration names, or nothing.
func declaredEncoding(src string) string {
	decl, ok := strings.CutPrefix(src, "<?xml ")
	if !ok {
		return ""
	}
	decl, _, _ = strings.Cut(decl, "?>")
	_, rest, found := strings.Cut(decl, "encoding")
	rest = strings.TrimLeft(rest, " \t\r\n=")
	if !found || rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	name, _, _ := strings.Cut(rest[1:], rest[:1])
	return name
}

func fromLatin1(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

func (s *scanner) errorf(format string, args ...any) error {
	return fmt.Errorf("xml-rpc: byte %d: "+format, append([]any{s.pos}, args...)...)
}

// tag reads the next tag. Only blanks may stand before it.
func (s *scanner) tag() (tag, error) {
	if s.pending == "" {
		if err := s.blank(); err != nil {
			return tag{}, err
		}
	}
	return s.tagHere()
}

// blank reads over text that must be blank.
func (s *scanner) blank() error {
	for s.pos < len(s.src) && isBlank(s.src[s.pos]) {
		s.pos++
	}
	if s.pos < len(s.src) && s.src[s.pos] == '<' && !s.interrupted() {
		return nil // nearly always, and worth a way of its own
	}
	text, err := s.text()
	if err == nil && strings.Trim(text, " \t\r\n") != "" {
		err = s.errorf("text between tags")
	}
	return err
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// expect reads the next tag, which must be want.
func (s *scanner) expect(want tag) error {
	if s.literally(want) {
		return nil // nearly always
	}
	got, err := s.tag()
	if err == nil && got != want {
		err = s.errorf("%v instead of %v", got, want)
	}
	return err
}

// literally reads the next tag if it is want and in its plainest form, and reports
// whether it was.
func (s *scanner) literally(want tag) bool {
	if s.pending != "" {
		return false
	}
	pos := s.pos
	for pos < len(s.src) && isBlank(s.src[pos]) {
		pos++
	}
	rest, mark := s.src[pos:], "<"
	if want.end {
		mark = "</"
	}
	n := len(mark) + len(want.name)
	if len(rest) <= n || rest[:len(mark)] != mark || rest[len(mark):n] != want.name || rest[n] != '>' {
		return false
	}
	s.pos = pos + n + 1
	return true
}

// tagHere reads the tag that begins where the scanner is.
func (s *scanner) tagHere() (tag, error) {
	if name := s.pending; name != "" {
		s.pending = ""
		return tag{name, true}, nil
	}
	if s.pos >= len(s.src) {
		return tag{}, s.errorf("the document ends too early")
	}
	rest := s.src[s.pos+1:] // text stops only at a '<'
	end := strings.HasPrefix(rest, "/")
	if end {
		rest = rest[1:]
	}
	n := nameLength(rest)
	if n == 0 {
		return tag{}, s.errorf("bad tag")
	}
	name, rest := rest[:n], rest[n:]
	closing := endOfTag(rest)
	if closing < 0 {
		return tag{}, s.errorf("unfinished tag <%s", name)
	}
	attributes := rest[:closing]
	s.pos = len(s.src) - len(rest) + closing + 1
	switch {
	case attributes == "":
	case end && strings.Trim(attributes, " \t\r\n") != "":
		return tag{}, s.errorf("bad tag </%s", name)
	case strings.HasSuffix(attributes, "/"):
		s.pending = name
	}
	return tag{name, end}, nil
}

// nameLength returns how much of s is the name of an element of XML-RPC.
func nameLength(s string) int {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9' || i == 0) && c != '.' && c != ':' {
			return i
		}
	}
	return len(s)
}

// endOfTag returns where the '>' is that ends a tag; one in an attribute does not.
func endOfTag(s string) int {
	quote := byte(0)
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '>':
			return i
		case c == '<':
			return -1
		case c == '"' || c == '\'':
			quote = c
		}
	}
	return -1
}

// text reads the character data up to the next tag or the end of the document.
func (s *scanner) text() (string, error) {
	if s.pending != "" {
		return "", nil
	}
	text, err := s.piece()
	if err != nil || !s.interrupted() {
		return text, err // nearly always
	}
	var whole strings.Builder
	for whole.WriteString(text); s.interrupted(); whole.WriteString(text) {
		if text, err = s.aside(); err != nil {
			return "", err
		}
		whole.WriteString(text)
		if text, err = s.piece(); err != nil {
			return "", err
		}
	}
	return whole.String(), nil
}

// interrupted reports whether something other than a tag comes next.
func (s *scanner) interrupted() bool {
	rest := s.src[s.pos:]
	return strings.HasPrefix(rest, "<!") || strings.HasPrefix(rest, "<?")
}

// aside reads a comment, a processing instruction or a CDATA section, and returns the
// text it adds.
func (s *scanner) aside() (string, error) {
	switch rest := s.src[s.pos:]; {
	case strings.HasPrefix(rest, "<?"):
		_, err := s.through("<?", "?>")
		return "", err
	case strings.HasPrefix(rest, "<!--"):
		_, err := s.through("<!--", "-->")
		return "", err
	case strings.HasPrefix(rest, "<![CDATA["):
		text, err := s.through("<![CDATA[", "]]>")
		if err == nil {
			err = s.check(text)
		}
		return normalise(text), err
	}
	return "", s.errorf("a document type is not allowed")
}

// through reads over something that begins here with one mark and ends with another.
func (s *scanner) through(begin, end string) (string, error) {
	body, _, found := strings.Cut(s.src[s.pos+len(begin):], end)
	if !found {
		return "", s.errorf("unfinished %s", begin)
	}
	s.pos += len(begin) + len(body) + len(end)
	return body, nil
}

// piece reads plain text and references up to the next '<'.
func (s *scanner) piece() (string, error) {
	raw := s.src[s.pos:]
	if i := strings.IndexByte(raw, '<'); i >= 0 {
		raw = raw[:i]
	}
	if err := s.check(raw); err != nil {
		return "", err
	}
	if strings.IndexByte(raw, '&') < 0 {
		s.pos += len(raw)
		return normalise(raw), nil
	}
	var b strings.Builder
	for {
		plain, rest, found := strings.Cut(raw, "&")
		b.WriteString(normalise(plain))
		s.pos += len(plain)
		if !found {
			return b.String(), nil
		}
		name, _, found := strings.Cut(rest[:min(len(rest), longestReference)], ";")
		r := s.reference(name)
		if !found || r < 0 {
			return "", s.errorf("bad reference")
		}
		b.WriteRune(r)
		s.pos += len("&;") + len(name)
		raw = rest[len(name)+1:]
	}
}

// longestReference is the length of &#x0010FFFF; and more.
const longestReference = 16

// reference returns the character that a reference stands for, or -1.
func (s *scanner) reference(name string) rune {
	switch name {
	case "amp":
		return '&'
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "quot":
		return '"'
	case "apos":
		return '\''
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return -1
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 31)
	if r := rune(n); err == nil && (isChar(r) || s.lax && utf8.ValidRune(r)) {
		return r
	}
	return -1
}

// check refuses characters that XML does not have.
func (s *scanner) check(text string) error {
	if s.lax {
		return nil
	}
	for i := range len(text) {
		// 0xEF begins U+FFFE and U+FFFF, the only ones beyond ASCII in valid UTF-8.
		if c := text[i]; c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xEF && !isChar(firstRune(text[i:])) {
			return s.errorf("character %#x", firstRune(text[i:]))
		}
	}
	return nil
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// normalise makes a line feed of each line end, as XML demands.
func normalise(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
