package child_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/child"
	"supervisord/internal/testenv"
)

func TestWordsSplitsAsAShellWithoutExpansions(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string
	}{
		{``, nil},
		{" \t\r\n ", nil},
		{`a`, []string{"a"}},
		{"  a\tb\r\nc  ", []string{"a", "b", "c"}},
		{`show "a b" 'c d' e\ f "g\"h" 'i\j' "k\l" $HOME ~ *.py`, []string{"show", "a b", "c d", "e f", `g"h`, `i\j`, `k\l`, "$HOME", "~", "*.py"}},
		{`''`, []string{""}},
		{`a "" b`, []string{"a", "", "b"}},
		{`a""b'c'd`, []string{"abcd"}},
		{`"a\\b"`, []string{`a\b`}},
		{`'a"b'"c'd"`, []string{`a"bc'd`}},
		{`\"a\"`, []string{`"a"`}},
		{"a\\\nb", []string{"a\nb"}},
		{`a#b # c`, []string{"a#b", "#", "c"}},
		{`grüße "日 本" \é`, []string{"grüße", "日 本", "é"}},
		{"a\v\fb", []string{"a\v\fb"}},
	} {
		got, err := child.Words(c.line)
		if d := cmp.Diff(c.want, got); err != nil || d != "" {
			t.Errorf("Words(%q): %v (-want +got)\n%s", c.line, err, d)
		}
	}
}

func TestWordsNamesTheMistakeInPythonsWords(t *testing.T) {
	for line, want := range map[string]string{
		`a 'b`:   "No closing quotation",
		`a "b`:   "No closing quotation",
		`"`:      "No closing quotation",
		`"a\"`:   "No closing quotation",
		`a\`:     "No escaped character",
		`\`:      "No escaped character",
		`"a\`:    "No escaped character",
		`'a\`:    "No closing quotation",
		`"e ;f'`: "No closing quotation",
	} {
		words, err := child.Words(line)
		if err == nil || err.Error() != want || words != nil {
			t.Errorf("Words(%q) = %q, %v; want the error %s", line, words, err, want)
		}
	}
}

// shlex answers each line of a JSON list with the words or the error of Python's
// standard library.
const shlex = `
import json, shlex, sys
def split(line):
    try:
        return {"Words": shlex.split(line)}
    except ValueError as e:
        return {"Err": str(e)}
json.dump([split(line) for line in json.load(sys.stdin)], sys.stdout)
`

// answer is what one of the two says of a line.
type answer struct {
	Words []string
	Err   string
}

func TestWordsAgreesWithPythonsShlex(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a", "bc", " ", "  ", "\t", "\n", "\r", `\`, `\`, `"`, `"`, "'", "'", "é", "日", "#", ";", "$x", "\v", "\u00a0", "\x00", "\u2028"}
	lines := make([]string, 20000)
	for i := range lines {
		for range random.IntN(12) {
			lines[i] += pieces[random.IntN(len(pieces))]
		}
	}
	var want []answer
	testenv.AskPython(t, shlex, lines, &want)
	if len(want) != len(lines) {
		t.Fatalf("%d answers to %d lines", len(want), len(lines))
	}
	for i, line := range lines {
		if d := cmp.Diff(normal(want[i]), ask(line)); d != "" {
			t.Fatalf("%q (-python +ours)\n%s", line, d)
		}
	}
}

func ask(line string) answer {
	words, err := child.Words(line)
	if err != nil {
		return answer{Err: err.Error()}
	}
	return normal(answer{Words: words})
}

// normal makes no words and no list of words the same.
func normal(a answer) answer {
	if len(a.Words) == 0 {
		a.Words = nil
	}
	return a
}

func FuzzWords(f *testing.F) {
	for _, line := range []string{``, `a "b c" 'd'`, `"a\\\"b"`, `a\`, "\x00 \xff", `''""`} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words, err := child.Words(line)
		if err != nil {
			return
		}
		if utf8.ValidString(line) && !strings.ContainsAny(line, `\'"`) {
			want := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) })
			if d := cmp.Diff(normal(answer{Words: want}), normal(answer{Words: words})); d != "" {
				t.Fatalf("without quotes, blanks alone divide (-want +got)\n%s", d)
			}
		}
		for _, quote := range []func(string) string{singleQuoted, doubleQuoted, escaped} {
			printed := make([]string, len(words))
			for i, w := range words {
				printed[i] = quote(w)
			}
			again, err := child.Words(strings.Join(printed, " "))
			if d := cmp.Diff(normal(answer{Words: words}), normal(answer{Words: again})); err != nil || d != "" {
				t.Fatalf("%q: printed and split again: %v (-want +got)\n%s", printed, err, d)
			}
		}
	})
}

func singleQuoted(w string) string { return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'" }

func doubleQuoted(w string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(w) + `"`
}

func escaped(w string) string {
	if w == "" {
		return `""`
	}
	var b strings.Builder
	for i := range len(w) {
		if w[i] < 0x80 {
			b.WriteByte('\\')
		}
		b.WriteByte(w[i])
	}
	return b.String()
}
