package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// explained writes a configuration with an included file, and explains it.
func explained(t *testing.T) (dir string, e *Effective) {
	t.Helper()
	dir = t.TempDir()
	file := filepath.Join(dir, "main.conf")
	writeFile(t, file, `[DEFAULT]
startsecs=3
[include]
files=more.conf
[supervisord]
loglevel=debug
environment=BASE=/srv
[program-default]
stopwaitsecs = 1m
environment=D="1"
[program:web]
command=%(ENV_BASE)s/web "%(ENV_CUT)s" --port 80%(process_num)02d --of %(numprocs)d --%(ENV_PCT)s --%(ENV_CR)s
process_name=%(program_name)s_%(process_num)d
numprocs=2
stopasgroup=yes
umask=22
`)
	writeFile(t, filepath.Join(dir, "more.conf"), "[program:web]\nstdout_logfile=%(here)s/%(program_name)s.log,syslog\n[eventlistener:l]\ncommand=l\nevents=TICK_5\n")
	o := machine(file)
	o.Overrides = map[string]string{"loglevel": "warning", "nodaemon": "true"}
	e, problems := Explain(o, ShowSecrets)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return dir, e
}

func TestEveryValueHasItsOrigin(t *testing.T) {
	dir, e := explained(t)
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(strings.NewReplacer(dir, "$DIR", wd, "$CWD").Replace(e.String())) {
		isDefault := strings.HasSuffix(line, " ; default\n")
		if isDefault != strings.HasPrefix(line, ";") && !strings.HasPrefix(line, "; ") {
			t.Errorf("defaults are comments, and nothing else is: %q", line)
		}
		interesting := strings.HasPrefix(line, ";killasgroup=") || strings.HasPrefix(line, ";priority=") || strings.HasPrefix(line, ";pidfile=")
		if !isDefault || interesting {
			got = append(got, strings.TrimSuffix(line, "\n"))
		}
	}
	want := strings.Split(`; The configuration of $DIR/main.conf, as supervisord understands it.
; Behind each value stands where it comes from. A line that begins with ';' is a default.

[supervisord]
loglevel=warn ; command line
;pidfile=$CWD/supervisord.pid ; default
nodaemon=true ; command line
environment=BASE="/srv" ; $DIR/main.conf:7

[program:web]
command=/srv/web "a %(here).0s;b %(here).0s#c" --port 80%(process_num)02d --of 2 --50%%d --%(ENV_CR)s ; $DIR/main.conf:12
process_name=web_%(process_num)d ; $DIR/main.conf:13
numprocs=2 ; $DIR/main.conf:14
;priority=999 ; default
startsecs=3 ; [DEFAULT] $DIR/main.conf:2
stopwaitsecs=60 ; [program-default] $DIR/main.conf:9
stopasgroup=true ; $DIR/main.conf:15
;killasgroup=true ; default
umask=022 ; $DIR/main.conf:16
environment=D="1" ; [program-default] $DIR/main.conf:10
stdout_logfile=$DIR/web.log,syslog ; $DIR/more.conf:2

[eventlistener:l]
command=l ; $DIR/more.conf:4
;priority=-1 ; default
startsecs=3 ; [DEFAULT] $DIR/main.conf:2
;killasgroup=false ; default
events=TICK_5 ; $DIR/more.conf:5`, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestSettingsAreForPrograms(t *testing.T) {
	dir, e := explained(t)
	find := func(section, key string) Setting {
		for _, s := range e.Settings {
			if s.Section == section && s.Key == key {
				return s
			}
		}
		return Setting{}
	}
	main := filepath.Join(dir, "main.conf")
	got := []Setting{find("program:web", "process_name"), find("program:web", "stopwaitsecs"), find("program:web", "autostart"), find("supervisord", "loglevel")}
	want := []Setting{
		{Section: "program:web", Key: "process_name", Value: "web_%(process_num)d", Expression: true, Origin: Place{Kind: FromFile, File: main, Line: 13}},
		{Section: "program:web", Key: "stopwaitsecs", Value: "60", Origin: Place{Kind: FromProgramDefault, File: main, Line: 9}},
		{Section: "program:web", Key: "autostart", Value: "true", Origin: Place{Kind: FromDefault}},
		{Section: "supervisord", Key: "loglevel", Value: "warn", Origin: Place{Kind: FromCommandLine}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Setting{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestCheckCountsTheProgramsOfABadFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f.conf")
	writeFile(t, file, "[program:a]\ncommand=x\nstartsecs=ten\n[program:b]\ncommand=x\ncomand=y\n")
	got := Check(machine(file))
	want := Report{File: file, Programs: 2, Problems: Problems{
		{File: file, Line: 3, Section: "program:a", Key: "startsecs", Message: "invalid literal for int() with base 10: 'ten'"},
		{File: file, Line: 6, Section: "program:b", Key: "comand", Message: "unknown option", Hint: `did you mean "command"?`, Severity: Warning},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
