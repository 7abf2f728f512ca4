package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What each process needs, of programs, groups and processes with any names.
func TestWhatProcessesNeed(t *testing.T) {
	groups := loadGroups(t, `
[program:web]
command=x
depends_on=db, cache:started, g:b:completed, worker_1 : healthy, db:running, l
[program:db]
command=x
[program:cache]
command=x
[program:worker]
command=x
numprocs=2
process_name=worker_%(process_num)d
depends_on=g
[program:a]
command=x
depends_on=db
[program:b]
command=x
[group:g]
programs=a,b
[program:c]
command=x
process_name=running
[group:db2]
programs=c
[program:odd]
command=x
depends_on=db2:running, db2:running:started
[eventlistener:l]
command=x
events=TICK_5
`)
	got := map[string]string{}
	for _, g := range groups {
		for _, p := range g.Programs {
			var needs []string
			for _, n := range p.Needs {
				needs = append(needs, n.Group+":"+n.Process+"="+string(n.Condition))
			}
			if needs != nil {
				got[p.Name] = strings.Join(needs, " ")
			}
		}
	}
	want := map[string]string{
		"web":      "db:db=running cache:cache=started g:b=completed worker:worker_1=healthy l:l=running",
		"worker_0": "g:a=running g:b=running",
		"worker_1": "g:a=running g:b=running",
		"a":        "db:db=running",
		"odd":      "db2:running=running db2:running=started",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestNeedsThatMeanNothing(t *testing.T) {
	const program = "[program:web]\ncommand=x\n[program:db]\ncommand=x\n"
	for value, want := range map[string]string{
		"dbb":               "depends on 'dbb', which is no program, group or process (did you mean \"db\"?)",
		"dbb:started":       "depends on 'dbb', which is no program, group or process (did you mean \"db\"?)",
		"db:up":             "depends on 'db:up', but 'up' is no process or condition of it (the conditions are started, running, healthy, completed)",
		"nothing:like:that": "depends on 'nothing:like:that', which is no program, group or process",
		"web:started":       "programs depend on themselves: web -> web",
	} {
		got := problemsOf(t, strings.Replace(program, "command=x\n", "command=x\ndepends_on="+value+"\n", 1))
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", value, got, want)
		}
	}
}

func problemsOf(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "f.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, problems := Load(Options{File: file, Environ: []string{}, Hostname: "host"})
	if problems.Err() == nil {
		return ""
	}
	return problems.Err().Error()
}
