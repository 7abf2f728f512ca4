package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config"
	"supervisord/internal/testenv"
)

// options are what Load may know in tests: few variables, and the accounts web and www.
func options(file string) config.Options {
	return config.Options{
		File: file, Environ: []string{"HOME=/root", "PCT=50%d", "GREETING=hello"}, Hostname: "host1",
		LookupUser: func(name string) (config.User, error) {
			if name == "web" {
				return config.User{Name: "web", Home: "/home/web"}, nil
			}
			return config.User{}, errors.New("no such user")
		},
		LookupGroup: func(name string) (config.UserGroup, error) {
			if name == "www" {
				return config.UserGroup{Name: "www"}, nil
			}
			return config.UserGroup{}, errors.New("no such group")
		},
	}
}

// TestGoldens loads main.conf of each archive in testdata. Its files "problems" and
// "config" hold what is expected; UPDATE=1 writes them.
func TestGoldens(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) < 5 {
		t.Fatal("archives are missing", err)
	}
	for _, golden := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(golden), ".txtar"), func(t *testing.T) {
			text, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			a := parseArchive(string(text))
			a.files = slices.DeleteFunc(a.files, func(f file) bool { return f.name == "problems" || f.name == "config" })
			dir := t.TempDir()
			a.write(t, dir)
			o := options(filepath.Join(dir, "main.conf"))
			o.Strict = strings.HasPrefix(a.comment, "# Strict")
			c, problems := config.Load(o)
			var lines, dump strings.Builder
			for _, p := range problems {
				lines.WriteString([]string{"error ", "warning "}[p.Severity] + p.String() + "\n")
			}
			if c != nil {
				dump.WriteString(config.Dump(c))
			}
			wd, err := os.Getwd()
			if err != nil {
				t.Fatal(err)
			}
			scrub := strings.NewReplacer(dir, "$DIR", wd, "$CWD")
			a.files = append(a.files, file{"problems", scrub.Replace(lines.String())}, file{"config", scrub.Replace(dump.String())})
			testenv.Golden(t, golden, a.String())
		})
	}
}

func TestOverridesComeFirst(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f.conf")
	if err := os.WriteFile(file, []byte("[supervisord]\nloglevel=debug\nidentifier=a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := options(file)
	o.Overrides = map[string]string{"loglevel": "warn", "nodaemon": "true", "umask": "077"}
	c, problems := config.Load(o)
	if problems != nil {
		t.Fatal(problems)
	}
	got := c.Supervisord
	if got.Loglevel != config.LevelWarn || !got.Nodaemon || got.Umask != 0o77 || got.Identifier != "a" {
		t.Errorf("got %+v", got)
	}
	o.Overrides = map[string]string{"loglevel": "loud"}
	_, problems = config.Load(o)
	if diff := cmp.Diff("supervisord: loglevel: bad logging level name 'loud'", problems.Err().Error()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestMissingFile(t *testing.T) {
	_, problems := config.Load(options("/none/x.conf"))
	if diff := cmp.Diff("could not find config file /none/x.conf", problems.Err().Error()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestLoadCtlForgivesWhatIsNotItsOwn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f.conf")
	text := "nonsense\n[supervisorctl]\nserverurl=unix:///x/../s\nprompt=p\n" +
		"[unix_http_server]\nfile=/s\nchmod=9\n[unix_http_server:2]\nfile=/t\n[inet_http_server]\nport=9001\n" +
		"[program:a]\nstartsecs=x\n[include]\nfiles=none\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, problems := config.LoadCtl(options(file))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	want := &config.Ctl{
		File:          file,
		Supervisorctl: config.Supervisorctl{Present: true, ServerURL: "unix:///s", Prompt: "p"},
		UnixServers:   []config.UnixServer{{Section: "unix_http_server:2", File: "/t", Chmod: 0o700}},
		InetServers:   []config.InetServer{{Section: "inet_http_server", Port: 9001}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if len(problems.Warnings()) != 2 {
		t.Errorf("want warnings of the first line and of chmod, got %v", problems)
	}
}

// A file of which nothing was read does not stand for one that names no server.
func TestLoadCtlTellsOfAFileThatIsTooLong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "long.conf")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, 65<<20); err != nil {
		t.Fatal(err)
	}
	_, problems := config.LoadCtl(options(file))
	if diff := cmp.Diff(file+": the file is larger than 67108864 bytes", fmt.Sprint(problems.Err())); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	executable := filepath.Join(dir, "app", "bin", "supervisord")
	_, tried, err := config.Find("", executable)
	want := []string{
		dir + "/supervisord.conf", dir + "/etc/supervisord.conf", "/etc/supervisord.conf", "/etc/supervisor/supervisord.conf",
		dir + "/app/etc/supervisord.conf", dir + "/app/supervisord.conf",
	}
	if diff := cmp.Diff(want, tried); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if _, exists := os.Stat(want[3]); exists != nil && !errors.Is(err, os.ErrNotExist) {
		t.Errorf("nothing there: got %v", err)
	}
	if err := os.Mkdir("etc", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{want[1], want[0]} {
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, _, err := config.Find("", executable); err != nil || got != file {
			t.Errorf("got %s, %v, want %s", got, err, file)
		}
	}
	if got, _, err := config.Find("x.conf", executable); err != nil || got != dir+"/x.conf" {
		t.Errorf("explicit: got %s, %v", got, err)
	}
}

func TestDiffIgnoresWhereItStands(t *testing.T) {
	load := func(text string) []config.Group {
		file := filepath.Join(t.TempDir(), "f.conf")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, problems := config.Load(options(file))
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		return c.Groups
	}
	f := load("[fcgi-program:f]\ncommand=x\nsocket=unix:///s\n")
	for text, want := range map[string]bool{
		"[fcgi-program:f]\nsocket=unix:///s\nsocket_mode=0700\ncommand=x\n": true,
		"[fcgi-program:f]\ncommand=x\nsocket=unix:///s\nsocket_mode=0770\n": false,
		"[fcgi-program:f]\ncommand=x\nsocket=unix:///t\n":                   false,
		"[program:f]\ncommand=x\n":                                          false,
	} {
		if got := len(config.Diff(f, load(text))) == 0; got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
	a := load("[program:a]\ncommand=x\numask=022\n")
	for text, want := range map[string]bool{
		"\n\n[program:a]\nstartsecs=1\numask=22\ncommand=x\n": true,
		"[program:a]\ncommand=x\n":                            false,
		"[program:a]\ncommand=x\numask=022\nstartsecs=2\n":    false,
		"[program:b]\ncommand=x\numask=022\n":                 false,
	} {
		if got := len(config.Diff(a, load(text))) == 0; got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

// FuzzLoad checks that no text makes Load panic, and that there is a configuration
// if and only if there is no error.
func FuzzLoad(f *testing.F) {
	archives, err := filepath.Glob("testdata/*.tx*")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range archives {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range parseArchive(string(text)).files {
			f.Add(file.data)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "f.conf")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, problems := config.Load(options(path))
		if (c == nil) != (problems.Err() != nil) {
			t.Errorf("%v, %v", c, problems)
		}
	})
}

// TestGenerated compares docs/config.md and the man page with the tables. UPDATE=1
// writes them.
func TestGenerated(t *testing.T) {
	testenv.Golden(t, "../../docs/config.md", config.Manual())
	testenv.Golden(t, "../../man/supervisord.conf.5", config.ManPage().Roff())
}
