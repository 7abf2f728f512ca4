package expand_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config/expand"
	"supervisord/internal/testenv"
)

// names are what expressions in these tests may use.
var names = expand.Scope{
	{"n": expand.Int(7), "neg": expand.Int(-42), "big": expand.Int(123456789)},
	{"s": expand.Text("web"), "u": expand.Text("grün\t'\"€\U0001f600"), "e": expand.Text(""), "c": expand.Text("x"), "a(b)": expand.Text("paren")},
}

// pythonFormatter reads a JSON list of formats and answers with their values, or with
// "!" and the message of the exception.
const pythonFormatter = `
import json, sys
d = {"n": 7, "neg": -42, "big": 123456789, "s": "web", "u": "grün\t'\"€\U0001f600", "e": "", "c": "x", "a(b)": "paren"}
def format(f):
    try:
        return f % d
    except Exception as e:
        return "!" + str(e)
json.dump([format(f) for f in json.load(sys.stdin)], sys.stdout)
`

// TestSameAsPython compares with the % operator of Python itself. A conversion without
// a name is left out: there we differ.
func TestSameAsPython(t *testing.T) {
	formats := append(corpus(), randomFormats(10000)...)
	var want []string
	testenv.AskPython(t, pythonFormatter, formats, &want)
	fine := 0
	for i, format := range formats {
		got, err := expand.Expand(format, names)
		switch {
		case err == nil:
			fine++
		case strings.Contains(err.Error(), "a conversion needs a name"):
			continue
		default:
			got = "!" + err.Error()
		}
		if got != want[i] {
			t.Fatalf("%q: got %q, Python has %q", format, got, want[i])
		}
	}
	if fine < len(formats)/4 {
		t.Errorf("only %d of %d formats are fine: they test little", fine, len(formats))
	}
}

func corpus() []string {
	return []string{
		"", "plain", "100%%", "%(s)s_%(n)02d", "%(nope)s", "%(s)d", "%(s)x", "%(s)f", "%(n)Y", "%Y", "%", "%(n", "%(n)", "%(n)5", "%(n).", "%d", "%x", "%f",
		"%(a(b))s", "%()s", "%(n)*d", "%(s)*d", "%(n).*d", "%(n)5%", "%(n)ld", "%(n)hhd", "%(n)€", "%(u)r", "%(u)a", "%(u).3s|", "%(u)12s|", "%(u)-12s|",
		"%(n)c", "%(c)c", "%(s)c", "%(neg)c", "%(neg)#x", "%(neg)08d", "%(neg)+d", "%(n)+d", "%(n) d", "%(n)#o", "%(n)-05d|", "%(n).5d", "%(n)08.5d", "%(n)#10x|", "%(n)#010X|",
		"%(big)g", "%(big)e", "%(big)#.3g", "%(neg)010.2f", "%(n)F", "%(n)G", "%(n)#.0f", "%(n)#g", "%(n).0e", "%(e)s", "%(n)05s", "%(s)-8r|", "%(n)i", "%(n)u",
		"a%(s)sb%(s)sc%%d",
	}
}

// randomFormats strings together parts of conversions.
func randomFormats(n int) []string {
	parts := []string{"n", "neg", "big", "s", "u", "e", "c", "nope"}
	r := rand.New(rand.NewPCG(3, 4))
	pick := func(s string) string { return string([]rune(s)[r.IntN(len([]rune(s)))]) }
	formats := make([]string, n)
	for i := range formats {
		var b strings.Builder
		b.WriteString("x%(" + parts[r.IntN(len(parts))] + ")")
		for range r.IntN(3) {
			b.WriteString(pick("-+ #0"))
		}
		if r.IntN(2) == 0 {
			b.WriteString(pick("123456789") + strings.TrimSpace(pick("0123 ")))
		}
		if r.IntN(3) == 0 {
			b.WriteString("." + strings.TrimSpace(pick("0123456789 ")))
		}
		b.WriteString(pick("sssrraddddiuoxXeEfFgGch%zk*é"))
		if r.IntN(3) == 0 {
			b.WriteString(pick("%y(") + "%%")
		}
		formats[i] = b.String()
	}
	return formats
}

func TestDifferencesFromPython(t *testing.T) {
	for _, test := range []struct{ format, want string }{
		{"date +%s", "not enough arguments for format string: a conversion needs a name, as in %(name)s"},
		{"%(n)10001d", "width too big"},
		{"%(n).10001d", "precision too big"},
		{"%(n)99999999999999999999999d", "width too big"},
	} {
		_, err := expand.Expand(test.format, names)
		if err == nil || err.Error() != test.want {
			t.Errorf("%q: got %v, want %s", test.format, err, test.want)
		}
	}
}

func TestScope(t *testing.T) {
	outer := expand.Scope(nil).With(map[string]expand.Value{"a": expand.Text("1"), "b": expand.Text("2")})
	inner := outer.With(map[string]expand.Value{"b": expand.Int(3), "c": expand.Text("%(a)s")})
	got := []string{}
	for _, s := range []expand.Scope{outer, inner} {
		text, err := expand.Expand("%(a)s%(b)s", s)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, text, strings.Join(s.Names(), " "))
	}
	again, err := expand.Expand("%(c)s", inner)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"12", "a b", "13", "a b c", "%(a)s"}
	if diff := cmp.Diff(want, append(got, again)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// FuzzExpand checks that a text with its percent signs doubled comes out as it was,
// and that no format panics.
func FuzzExpand(f *testing.F) {
	for _, format := range corpus() {
		f.Add(format)
	}
	f.Fuzz(func(t *testing.T, format string) {
		_, _ = expand.Expand(format, names) // any result but a panic will do
		got, err := expand.Expand(strings.ReplaceAll(format, "%", "%%"), names)
		if err != nil || got != format {
			t.Errorf("%q came out as %q, %v", format, got, err)
		}
	})
}

// TestPartial evaluates formats in two steps, in which the same must come out as in one.
func TestPartial(t *testing.T) {
	for _, test := range []struct {
		format, want string
		kept         bool
	}{
		{"%(s)s-%(n)02d-%%", "web-%(n)02d-%%", true},
		{"%(s)5s%%d", "  web%%d", false},
		{"%(n)d%(n)x", "%(n)d%(n)x", true},
		{"100%% %(p)s", "100%% 50%%", false},
	} {
		scope := names.With(map[string]expand.Value{"p": expand.Text("50%")})
		got, kept, err := expand.Partial(test.format, scope, func(name string) bool { return name == "n" })
		if err != nil || got != test.want || kept != test.kept {
			t.Errorf("%q: got %q, %v, %v", test.format, got, kept, err)
		}
		one, _ := expand.Expand(test.format, scope)
		if two, err := expand.Expand(got, scope); err != nil || one != two {
			t.Errorf("%q: %q in one step, %q in two: %v", test.format, one, two, err)
		}
	}
	if _, _, err := expand.Partial("%(nothing)s", names, func(string) bool { return false }); err == nil {
		t.Error("an unknown name is no error")
	}
	if got, kept, err := expand.Partial("%(nothing)s", nil, func(string) bool { return true }); got != "%(nothing)s" || !kept || err != nil {
		t.Errorf("kept: got %q, %v, %v", got, kept, err)
	}
	if _, _, err := expand.Partial("%(n", nil, func(string) bool { return true }); err == nil {
		t.Error("a broken expression is no error")
	}
}
