package ini_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config/ini"
	"supervisord/internal/testenv"
)

// pythonReader reads a JSON list of files and answers with a list of results: a list
// of [section, [[key, value] …]] with [DEFAULT] first, or the name of an error.
const pythonReader = `
import configparser, json, io, sys
def read(text):
    p = configparser.RawConfigParser(strict=False, inline_comment_prefixes=(';', '#'))
    try:
        p.read_file(io.TextIOWrapper(io.BytesIO(text.encode()), encoding='utf-8'), 'f')
    except configparser.Error as e:
        return type(e).__name__
    return [['DEFAULT', list(p._defaults.items())]] + [[s, list(p._sections[s].items())] for s in p._sections]
json.dump([read(t) for t in json.load(sys.stdin)], sys.stdout)
`

// TestSameAsPython compares with the configparser of Python's standard library.
func TestSameAsPython(t *testing.T) {
	files := append(corpus(), randomFiles(4000)...)
	var want []any
	testenv.AskPython(t, pythonReader, files, &want)
	errors := 0
	for i, file := range files {
		got := like(file)
		if _, failed := got.(string); failed {
			errors++
		}
		if diff := cmp.Diff(want[i], got); diff != "" {
			t.Fatalf("%q: -Python +ours\n%s", file, diff)
		}
	}
	if errors > len(files)*2/3 {
		t.Errorf("%d of %d files are errors: they test little", errors, len(files))
	}
}

// like reads a file and gives the answer pythonReader would.
func like(file string) any {
	doc, problems := ini.Parse("f", []byte(file))
	for _, p := range problems {
		switch {
		case strings.HasPrefix(p.Message, "File contains no section headers."):
			return "MissingSectionHeaderError"
		case !p.Warning:
			return "ParsingError"
		}
	}
	section := func(name string, s *ini.Section) any {
		keys := []any{}
		if s != nil {
			for _, e := range s.Entries {
				keys = append(keys, []any{e.Key, e.Value})
			}
		}
		return []any{name, keys}
	}
	all := []any{section("DEFAULT", doc.Default)}
	for _, s := range doc.Sections {
		all = append(all, section(s.Name, s))
	}
	return all
}

// corpus holds one file for each rule of the dialect.
func corpus() []string {
	return []string{
		"",
		"[a]\nk=v\n",
		"[a]\nk : v = w\nK2=v:w\n",
		"[a]\nk = \"a ;b\"\nl = a;b\nm = c#d ; e\n",
		"[a]\nk = v\n  more\n\n  yet more\n; comment\n  end\nl = 1\n",
		"[a]\nk =\n\tx\n\ty ; z\n",
		"[a]\nk=1\n[b]\nk=2\n[a]\nk=3\nl=4\n",
		"[DEFAULT]\nd=1\n[a]\nk=v\n[DEFAULT]\nd=2\n",
		"[a]\r\nk=v\r\n  w\r\n",
		"[a]\rk=v\r",
		"k=v\n[a]\n",
		"[a]\nnothing\nk=v\n",
		"[a]\n=v\n",
		"[a] junk\nk=v\n",
		"[a]b]\nk=v\n",
		"[]\nk=v\n",
		"[a\nk=v\n",
		"  [a]\n  k=v\n    w\n",
		"[a]\nk=x;y;z ;c # d\n",
		"[a]\nk=ü\u00a0;x\n\u2003l=\u3000y\u2028z\n",
		"[a]\nk=1\n [b]\n l=2\n",
		"[a]\nk\n =v\n",
		"[a]\nÄ=v\n",
		"[a]\nk=v\n\n\n",
		"[a]\n  k=v\n  l=w\n   m\n n=o\n",
		"[a]\nk=#x\nl=;y\nm=\n",
	}
}

// randomFiles strings together pieces in which the dialect's rules meet.
func randomFiles(n int) []string {
	pieces := []string{
		"[a]", "[b]", "[DEFAULT]", "[", "]", "k", "K", "l", "=", ":", " = ", " ", "  ", "\t", "\n", "\n", "\n", "\n  ",
		"\r\n", ";", "#", " ;", " #", "x", "y", "\"", "'", "\\", "ü", "\u00a0", "\x1c", "\x0b", "k=v", "\nk=v", "\n[a]\n  k=v", "\n[a]\nk = ",
	}
	r := rand.New(rand.NewPCG(1, 2))
	files := make([]string, n)
	for i := range files {
		var b strings.Builder
		if r.IntN(10) > 0 {
			b.WriteString("[a]\nk=v")
		}
		for range r.IntN(20) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		files[i] = b.String()
	}
	return files
}
