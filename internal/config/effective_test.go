package config

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"supervisord/internal/output/timestamp"
)

// machine is what these tests load with: an environment in which there is all that a file
// cannot hold as it stands.
func machine(file string) Options {
	return Options{
		File: file, Hostname: "host1",
		Environ: []string{
			"HOME=/root", "OWN=base", "PCT=50%d", "CUT=a ;b #c", "ENDS=  x\t", "LINES=\n\n ;a\n\tb\n\n c \n", "CR=a\rb", "BYTES=\xff\xfe",
			"EMPTY=", "QUOTES=\"'\\", "HASH=#x", "API_TOKEN=t0ps3cret",
		},
		LookupUser: func(name string) (User, error) {
			if name == "web" {
				return User{Name: "web", Home: "/home/web"}, nil
			}
			return User{}, errors.New("no such user")
		},
		LookupGroup: func(name string) (UserGroup, error) {
			if name == "www" {
				return UserGroup{Name: "www"}, nil
			}
			return UserGroup{}, errors.New("no such group")
		},
	}
}

// sameMeaning compares configurations but for the files they stood in.
var sameMeaning = []cmp.Option{
	cmpopts.IgnoreFields(Config{}, "File", "Included"), cmpopts.IgnoreFields(Program{}, "File"),
	cmp.Comparer(func(a, b timestamp.Layout) bool { return a.String() == b.String() }),
}

// checkRoundTrip loads a configuration, writes it and loads it again. It reports whether
// there was one.
func checkRoundTrip(t *testing.T, file string) bool {
	t.Helper()
	want, problems := Load(machine(file))
	if want == nil {
		return false
	}
	e, problems2 := Explain(machine(file), ShowSecrets)
	if diff := cmp.Diff(problems, problems2); diff != "" {
		t.Fatalf("problems: -Load +Explain\n%s", diff)
	}
	printed := filepath.Join(t.TempDir(), "printed.conf")
	writeFile(t, printed, e.String())
	got, problems := Load(machine(printed))
	if err := problems.Err(); err != nil {
		t.Errorf("%s\nprinted as\n%s\n%v", read1(t, file), e, err)
	} else if diff := cmp.Diff(want, got, sameMeaning...); diff != "" {
		t.Errorf("%s\nprinted as\n%s\n-first +second\n%s", read1(t, file), e, diff)
	}
	return true
}

func writeFile(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read1(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestEffectiveLoadsToTheSame goes over random configurations of all options.
func TestEffectiveLoadsToTheSame(t *testing.T) {
	const n = 50
	loaded := 0
	for seed := range uint64(n) {
		g := generator{rand.New(rand.NewPCG(seed, 1))}
		dir := t.TempDir()
		file := filepath.Join(dir, "main.conf")
		writeFile(t, file, g.main())
		writeFile(t, filepath.Join(dir, "conf.d", "more.conf"), g.included())
		if checkRoundTrip(t, file) {
			loaded++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if loaded < n/2 {
		t.Errorf("only %d of %d configurations are fine: they test little", loaded, n)
	}
}

// generator writes random configurations, most of them without an error.
type generator struct{ *rand.Rand }

// one returns one of the texts.
func (g generator) one(of ...string) string { return of[g.IntN(len(of))] }

func (g generator) main() string {
	var b strings.Builder
	b.WriteString("[include]\nfiles=conf.d/*.conf\n")
	if g.IntN(3) == 0 {
		b.WriteString("[DEFAULT]\nstartsecs=" + g.one("3", "500ms") + "\nusername=u\npassword=%(ENV_PCT)s\n")
	}
	if g.IntN(4) > 0 {
		b.WriteString("[supervisord]\n")
		write(g, &b, supervisordOptions, 3, nil)
	}
	if g.IntN(2) == 0 {
		b.WriteString("[supervisorctl]\n")
		write(g, &b, supervisorctlOptions, 2, nil)
	}
	if g.IntN(2) == 0 {
		b.WriteString("[unix_http_server]\nusername=u\npassword=p;%(ENV_PCT)s\n")
		write(g, &b, unixServerOptions, 2, map[string]bool{"username": true, "password": true})
	}
	for i := range g.IntN(3) {
		fmt.Fprintf(&b, "[inet_http_server:%d]\nusername=\"\npassword=#p\n", i)
		write(g, &b, inetServerOptions, 2, map[string]bool{"username": true, "password": true})
	}
	b.WriteString("[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=" + mainFactory + "\nother=%(x) %\n")
	if g.IntN(2) == 0 {
		b.WriteString("[program-default]\n")
		write(g, &b, programOptions, 6, notProgram)
	}
	for i := range 3 {
		g.program(&b, fmt.Sprintf("program:p%d", i))
	}
	b.WriteString("depends_on= p0 , p1\n")
	return b.String()
}

func (g generator) included() string {
	var b strings.Builder
	g.program(&b, "program: inc ")
	g.program(&b, "program:p0") // which the main file has, too
	g.program(&b, "fcgi-program:f")
	write(g, &b, fastCGIOptions, 2, map[string]bool{"socket": true})
	b.WriteString("socket=unix:///%(program_name)s/%(group_name)s\n")
	g.program(&b, "eventlistener:l")
	b.WriteString("events=process_state, TICK_5\nredirect_stderr=false\nbuffer_size=" + g.one("10", "7") + "\n")
	if g.IntN(2) == 0 {
		b.WriteString("[group:g]\nprograms=p1,p2" + g.one("", ",f", ",p0") + "\npriority=" + g.one("1", "999") + "\n")
		b.WriteString("[group:h]\nprograms=" + g.one("p1", "", "p2,p1") + "\n")
	}
	return b.String()
}

// notProgram are options whose random values would be errors in most sections.
var notProgram = map[string]bool{"numprocs": true, processNameKey: true, "command": true, "stopasgroup": true, "killasgroup": true, "environment": true, "redirect_stderr": true, "depends_on": true}

func (g generator) program(b *strings.Builder, section string) {
	b.WriteString("[" + section + "]\ncommand=" + g.text(true) + "\n")
	numprocs := g.IntN(4)
	fmt.Fprintf(b, "numprocs=%d\n", numprocs)
	if numprocs > 1 || g.IntN(2) == 0 {
		b.WriteString("process_name=" + g.one("%(program_name)s_%(process_num)02d", "x%%%(process_num)d", "%(group_name)s%(process_num)x") + "\n")
	}
	if g.IntN(3) == 0 {
		b.WriteString("stopasgroup=true\n" + g.one("", "killasgroup=true\n"))
	}
	if g.IntN(2) == 0 {
		b.WriteString("environment=" + g.one(
			`OWN="o%(process_num)d"`, `OWN=o,A="%(ENV_PCT)s"`, `OWN=80%(process_num)d,"B C"='%(group_name)s \'`, `OWN="%(ENV_OWN)s";X="%(ENV_EMPTY)s"`, "OWN=\"a\n  b\"",
			`OWN=%(process_num)5d , B=c`, `OWN="",%(program_name)s=x`, `OWN="x%(process_num)d %(ENV_CUT)s"`, `N%(process_num)d=1,OWN='"'`, `PASSWORD="50%%",OWN=%(program_name)s`,
		) + "\n")
	}
	if strings.HasPrefix(section, "program") && g.IntN(3) == 0 {
		b.WriteString("redirect_stderr=true\n")
	}
	write(g, b, programOptions, 6, notProgram)
}

// text is any text, in which process_num may occur if it is evaluated per process.
func (g generator) text(perProcess bool) string {
	pieces := []string{
		"a", "b;c", "#", "%%", "%%d", " ", "\t", "\n  next", "\n\n x", "\"q\"", "'", `\`, "ü", "%(here)s", "%(host_node_name)s", "%(ENV_PCT)s", "%(ENV_CUT)s",
		"%(ENV_ENDS)s", "%(ENV_LINES)s", "%(ENV_CR)s", "%(ENV_BYTES)s", "%(ENV_EMPTY)s", "%(ENV_QUOTES)s", "%(ENV_HASH)s", "%(ENV_HASH)5s", "x ;cut", "%(here).3s",
	}
	if perProcess {
		pieces = append(pieces, "%(program_name)s", "%(group_name)s", "%(process_num)d", "%(process_num)03x", "%(numprocs)d", "%(ENV_OWN)s", "%(ENV_OWN).2s")
	}
	var b strings.Builder
	b.WriteString(g.one("x", "%(ENV_ENDS)s", "%(ENV_LINES)s", "~/"))
	for range g.IntN(6) {
		b.WriteString(g.one(pieces...))
	}
	return b.String()
}

// write writes some options of a table, and all that are required.
func write[S any](g generator, b *strings.Builder, t *table[S], some int, but map[string]bool) {
	for _, o := range t.rows {
		if but[o.Name] || !o.Required && g.IntN(10) >= some {
			continue
		}
		value := kinds[o.Kind].accept
		if s, ok := exceptions[o.Name]; ok && o.Kind != "user" {
			value = s.accept
		}
		switch value {
		case "web:www":
		case "1000":
			value = "web"
		case "any text":
			value = g.text(o.PerProcess)
		case "On":
			value = g.one("On", "false")
		case "a, b,":
			value = "a, %(ENV_PCT)s"
		case "/tmp/x, /dev/stdout":
			value = g.one("/tmp/x, /dev/stdout", "NONE", "auto", "/tmp/%(ENV_PCT)s", "/tmp/a ; cut", "syslog @tcp:[::1]", "/dev/null", "")
			if o.PerProcess && g.IntN(2) == 0 {
				value = g.one("/tmp/%(program_name)s-%(process_num)d.log", "/tmp/%(ENV_CUT)s", "~/%(process_num)d/../x")
			}
		}
		if strings.HasSuffix(o.Name, "priority") && o.Kind == "integer" {
			value = g.one("1", "-1", "999")
		}
		if o.Kind == "path in an existing directory" {
			value = g.one("x%%", "/tmp/%(ENV_CUT)s", "~/x", "%(here)s/x")
		}
		b.WriteString(o.Name + g.one("=", " = ", ": ") + strings.ReplaceAll(strings.ReplaceAll(value, "%H:%M", "%%H:%%M"), "\r", "") + "\n")
	}
}

// FuzzEffective checks that whatever can be loaded can be written and loaded again.
func FuzzEffective(f *testing.F) {
	archives, err := filepath.Glob("testdata/*.tx*")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range archives {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for part := range strings.SplitSeq(string(text), "\n-- ") {
			_, text, _ := strings.Cut(part, " --\n")
			f.Add(text)
		}
	}
	for seed := range uint64(5) {
		g := generator{rand.New(rand.NewPCG(seed, 2))}
		f.Add(g.main() + g.included())
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := filepath.Join(t.TempDir(), "main.conf")
		writeFile(t, file, text)
		checkRoundTrip(t, file)
	})
}
