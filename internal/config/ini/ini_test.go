package ini_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"supervisord/internal/config/ini"
)

func TestPlacesAndMerging(t *testing.T) {
	var doc ini.Document
	for _, f := range []struct{ name, text string }{
		{"main", "[a]\nk = 1\nl = 2\n[DEFAULT]\nd = 3\n"},
		{"more", "\n[b]\nk : x\n  y\n[a]\nK = 4\nm = 5\n"},
	} {
		if problems := doc.Read(f.name, []byte(f.text)); problems != nil {
			t.Fatal(problems)
		}
	}
	want := []*ini.Section{
		{Name: "a", File: "main", Line: 1, Entries: []ini.Entry{
			{Key: "k", Value: "4", File: "more", Line: 6},
			{Key: "l", Value: "2", File: "main", Line: 3},
			{Key: "m", Value: "5", File: "more", Line: 7},
		}},
		{Name: "b", File: "more", Line: 2, Entries: []ini.Entry{{Key: "k", Value: "x\ny", File: "more", Line: 3}}},
	}
	if diff := cmp.Diff(want, doc.Sections, cmpopts.IgnoreUnexported(ini.Section{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	got, ok := doc.Lookup(doc.Section("a"), "d")
	if want := (ini.Entry{Key: "d", Value: "3", File: "main", Line: 5}); !ok || got != want {
		t.Errorf("inherited key: got %v %v, want %v", got, ok, want)
	}
	if _, ok := doc.Lookup(doc.Section("none"), "k"); ok {
		t.Error("a section that does not exist has a key")
	}
}

func TestProblems(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"no delimiter", "[a]\nnothing\nk=v\n", "f:2: Source contains parsing errors: 'nothing'"},
		{"no key", "[a]\n=v\n", "f:2: Source contains parsing errors: '=v'"},
		{"every bad line", "[a]\nx\ny\n", "f:2: Source contains parsing errors: 'x'\nf:3: Source contains parsing errors: 'y'"},
		{"no header", "k=v\nl=w\n[a]\n", "f:1: File contains no section headers. 'k=v'"},
		{"not UTF-8", "[a]\nk=\xff\n", "f:2: not UTF-8: byte 0xff at column 3"},
		{"long line", "[a]\nk=" + strings.Repeat("x", ini.MaxLineLength), "f:2: the line is longer than 1048576 bytes"},
		{"large file", strings.Repeat("\n", ini.MaxFileSize+1), "f: the file is larger than 67108864 bytes"},
		{"cut quote", "[a]\nk=sh -c \"a ;b\"\n", "f:2: a ';' after a blank starts a comment, inside quotes too: the value ends at 'sh -c \"a'"},
		{"cut quote in a continued value", "[a]\nk=sh\n -c 'a #b'\n", "f:3: a '#' after a blank starts a comment, inside quotes too: the value ends at '-c 'a'"},
		{"comment with an apostrophe", "[a]\nk=v ; it's fine\nl=don't ; isn't\nm=\"a\" ; \"b\"\n", ""},
		{"byte order mark", "\ufeff[a]\nk=v\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, problems := ini.Parse("f", []byte(test.text))
			var got []string
			for _, p := range problems {
				got = append(got, p.String())
			}
			if diff := cmp.Diff(test.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// FuzzParse checks that what was read, printed and read again is the same.
func FuzzParse(f *testing.F) {
	for _, text := range append(corpus(), randomFiles(50)...) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, _ := ini.Parse("f", data)
		printed := doc.String()
		again, problems := ini.Parse("f", []byte(printed))
		for _, p := range problems {
			if !p.Warning {
				t.Fatalf("%q printed as %q: %v", data, printed, p)
			}
		}
		opts := []cmp.Option{
			cmpopts.IgnoreUnexported(ini.Document{}, ini.Section{}),
			cmpopts.IgnoreFields(ini.Section{}, "Line"), cmpopts.IgnoreFields(ini.Entry{}, "Line"),
		}
		if diff := cmp.Diff(doc, again, opts...); diff != "" {
			t.Errorf("%q printed as %q: -first +second\n%s", data, printed, diff)
		}
	})
}

// TestGuardedTextIsHeld writes texts that a document cannot hold as they stand, and takes
// the guard out of what it reads.
func TestGuardedTextIsHeld(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	pieces := []string{"a", ";", "#", " ", "\t", "\n", "\n", "=", "[x]", "ü", "\u00a0", "\x1c", "a ;b", "\n\n"}
	for range 3000 {
		var b strings.Builder
		for range r.IntN(9) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		want := b.String()
		for _, comment := range []string{"", "file:1", "a #b ;c"} {
			text := ini.Header("s") + ini.Lines("k", ini.Guard(want, "@"), comment) + ini.Lines("l", "1", comment)
			doc, problems := ini.Parse("f", []byte(text))
			if problems != nil {
				t.Fatalf("%q: %v", text, problems)
			}
			k, _ := doc.Section("s").Get("k")
			l, _ := doc.Section("s").Get("l")
			if got := strings.ReplaceAll(k.Value, "@", ""); got != want || l.Value != "1" {
				t.Fatalf("%q written as %q: got %q and %q", want, text, got, l.Value)
			}
		}
	}
	for text, want := range map[string]bool{"a ;b\n": true, "a\rb": false, "\xff": false} {
		if got := ini.Holds(text); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}
