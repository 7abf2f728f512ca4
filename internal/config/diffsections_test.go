package config

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func loadText(t *testing.T, text string) *Config {
	t.Helper()
	file := filepath.Join(t.TempDir(), "f.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, problems := Load(Options{File: file, Environ: []string{}, Hostname: "host"})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDiffSections(t *testing.T) {
	const before = "[supervisord]\nlogfile=/tmp/s.log\npidfile=/tmp/s.pid\nenvironment=A=\"1\"\n" +
		"[unix_http_server]\nfile=/tmp/s.sock\nusername=me\npassword=one\n" +
		"[inet_http_server]\nport=9001\n[inet_http_server:b]\nport=localhost:9002\n" +
		"[eventlistener:hook]\nurl=http://me:one@h/\nevents=TICK_5\nwebhook_secret=one\n"
	for _, tt := range []struct {
		name, after string
		want        []SectionDiff
	}{
		{"nothing", before, nil},
		{"what programs inherit", replace(t, before, `A="1"`, `A="2"`), nil},
		{"options of the daemon", replace(t, before, "[supervisord]\nlogfile=/tmp/s.log\npidfile=/tmp/s.pid\n",
			"[supervisord]\nlogfile=/tmp/s.log\npidfile=/tmp/t.pid\nloglevel=debug\nchildlogdir=/\n"), []SectionDiff{
			{"supervisord", Changed, []Change{
				{"loglevel", "info", "debug", Live},
				{"pidfile", "/tmp/s.pid", "/tmp/t.pid", DaemonRestart},
				{"childlogdir", os.TempDir(), "/", NextStart},
			}},
		}},
		{"secrets", replace(t, replace(t, before, "password=one", "password=two"), "webhook_secret=one", "webhook_secret=two"), []SectionDiff{
			{"unix_http_server", Changed, []Change{{"password", Mask, Mask, Live}}},
			{"eventlistener:hook", Changed, []Change{{"webhook_secret", Mask, Mask, Live}}},
		}},
		{"servers", replace(t, replace(t, before, "[inet_http_server]\nport=9001\n", "[inet_http_server:c]\nport=9003\n"), "9002", "9001"), []SectionDiff{
			{Name: "inet_http_server:c", Fate: Added},
			{"inet_http_server:b", Changed, []Change{{"port", "localhost:9002", "localhost:9001", Live}}},
			{Name: "inet_http_server", Fate: Removed},
		}},
		{"a webhook becomes a program", replace(t, replace(t, before, "url=http://me:one@h/", "command=x"), "webhook_secret=one\n", ""), []SectionDiff{
			{Name: "eventlistener:hook", Fate: Removed},
		}},
		{"another webhook", replace(t, before, "eventlistener:hook", "eventlistener:other"), []SectionDiff{
			{Name: "eventlistener:other", Fate: Added}, {Name: "eventlistener:hook", Fate: Removed},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, DiffSections(loadText(t, before), loadText(t, tt.after))); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

// What a running daemon cannot change is a difference until it is started again, and the
// rest of the same section is none once it was adopted.
func TestAdoptKeepsWhatTakesARestart(t *testing.T) {
	old := loadText(t, "[supervisord]\npidfile=/tmp/a\numask=022\nloglevel=info\n")
	next := loadText(t, "[supervisord]\npidfile=/tmp/b\numask=027\nloglevel=debug\n[inet_http_server]\nport=9001\n")
	adopted := Adopt(old, next)
	want := []SectionDiff{{"supervisord", Changed, []Change{
		{"pidfile", "/tmp/a", "/tmp/b", DaemonRestart}, {"umask", "022", "027", DaemonRestart},
	}}}
	if d := cmp.Diff(want, DiffSections(adopted, next)); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if next.Supervisord.Pidfile != "/tmp/b" || adopted.Supervisord.Loglevel != next.Supervisord.Loglevel {
		t.Errorf("%+v", adopted.Supervisord)
	}
}
