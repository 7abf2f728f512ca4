package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

// TestMain makes a supervisord or a supervisorctl of this binary for the tests that need
// a process of it.
func TestMain(m *testing.M) {
	if name := os.Getenv(asVariable); name != "" {
		os.Exit(run(append([]string{name}, os.Args[1:]...), os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// asVariable holds the name under which this binary is called.
const asVariable = "TEST_AS"

// call runs the command in an empty directory.
func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Chdir(t.TempDir())
	var out, errs bytes.Buffer
	code = run(append([]string{"supervisord"}, args...), &out, &errs)
	return code, out.String(), errs.String()
}

func TestCommandLineMistakesExitWithTwo(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.conf")
	if err := os.WriteFile(bad, []byte("[program:a]\ncommand=/bin/cat\nstartsecs=ten\n[program:b]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	// No mistake that is overlooked may start a daemon of this machine's.
	none := filepath.Join(t.TempDir(), "none.conf")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"-c", none, "foo"}, `positional arguments are not supported: ["foo"]`},
		{[]string{"-x"}, "unknown shorthand flag: 'x' in -x"},
		{[]string{"--nosuch"}, "unknown flag: --nosuch"},
		{[]string{"-c", none, "shutdown"}, "did you mean `supervisord ctl shutdown`?"},
		{[]string{"-c", "x", "stop", "web"}, "did you mean `supervisord ctl stop web`?"},
		{[]string{"-c", none, "versio"}, "did you mean `supervisord version`?"},
		{[]string{"-c", none, "-d", "/tmp"}, "-d is --daemon here, the directory is --directory=/tmp"},
		{[]string{"--log", "x"}, "unknown flag: --log; it may be --logfile or --logfile_maxbytes or --logfile_backups or --loglevel"},
		{[]string{"-c"}, "flag needs an argument: 'c' in -c"},
		{[]string{"-c", none, "-n", "-n"}, "--nodaemon is given twice"},
		{[]string{"-c", none, "--nodaem", "-n"}, "--nodaemon is given twice"},
		{[]string{"-c", "a", "--conf", "b"}, "--configuration is given twice"},
		{[]string{"-c", none, "--profile_options", "calls"}, "it profiles Python code, of which there is none here"},
		{[]string{"-c", none, "--env-file", "/nonexistent/env"}, "can't read env file '/nonexistent/env': "},
		{[]string{"completion"}, "accepts between 1 and 2 arg(s), received 0"},
		{[]string{"completion", "tcsh"}, `no completion for the shell "tcsh"; there is one for bash, zsh, fish, powershell`},
		{[]string{"completion", "bash", "x"}, `this program is not called "x" but supervisord or supervisorctl`},
		{[]string{"--silent=maybe"}, `takes no value: "maybe"`},
		{[]string{"-c", "/nonexistent/s.conf"}, "could not find config file /nonexistent/s.conf"},
		{[]string{"-c", bad}, bad + ":3: program:a: startsecs: "},
		{[]string{"-c", bad}, bad + ":4: program:b: "},
		{[]string{"-c", bad, "-e", "loud"}, "bad logging level name 'loud'"},
	} {
		code, stdout, stderr := call(t, tt.args...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, tt.want) {
			t.Errorf("%q: exit code %d, stdout %q, stderr %q; want 2 and %q", tt.args, code, stdout, stderr, tt.want)
		}
	}
}

// Scripts parse the version: it is Supervisor's, and alone in the first line.
func TestVersion(t *testing.T) {
	for _, args := range [][]string{{"--version"}, {"-v"}, {"--vers"}, {"version"}} {
		code, stdout, stderr := call(t, args...)
		if args[0] == "version" {
			stdout, _, _ = strings.Cut(stdout, "build ")
		}
		if code != 0 || stdout != "4.2.5\n" || stderr != "" {
			t.Errorf("%q: exit code %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
}

func TestVersionTellsTheBuild(t *testing.T) {
	info := &debug.BuildInfo{
		Main: debug.Module{Version: "v1.2.3"},
		Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.time", Value: "2026-01-02T03:04:05Z"}, {Key: "vcs.modified", Value: "true"},
		},
	}
	got := thisBuild(info, true)
	want := build{
		Version: "4.2.5", Build: "v1.2.3", Revision: "0123456789abcdef", Time: "2026-01-02T03:04:05Z", Modified: true,
		Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, API: "3.0",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	system := runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + "\n"
	for want, b := range map[string]build{
		"4.2.5\nbuild v1.2.3 revision 0123456789ab with changes, " + system: got,
		"4.2.5\nbuild devel, " + system:                                     thisBuild(&debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, true),
		"4.2.5\nbuild unknown, " + system:                                   thisBuild(nil, false),
	} {
		if b.text() != want {
			t.Errorf("got %q, want %q", b.text(), want)
		}
	}
}

func TestVersionAsJSON(t *testing.T) {
	code, stdout, stderr := call(t, "version", "--json")
	var got map[string]any
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 0 || stderr != "" {
		t.Fatalf("exit code %d, %v, stderr %q: %s", code, err, stderr, stdout)
	}
	keys := slices.Sorted(maps.Keys(got))
	want := []string{"api", "arch", "build", "go", "modified", "os", "revision", "time", "version"}
	if d := cmp.Diff(want, keys); d != "" || got["version"] != "4.2.5" || got["api"] != "3.0" {
		t.Errorf("%v (-want +got):\n%s", got, d)
	}
}

func TestHelpNamesEveryFlagThatOverrides(t *testing.T) {
	for _, flag := range []string{"-h", "--help", "-?"} {
		code, stdout, stderr := call(t, flag)
		if code != 0 || stderr != "" {
			t.Errorf("%s: exit code %d, stderr %q", flag, code, stderr)
		}
		for _, o := range overriding {
			if !strings.Contains(stdout, "--"+o.name) {
				t.Errorf("%s: the help does not name --%s", flag, o.name)
			}
		}
	}
}

// Every flag of Python's supervisord is there, long and short; -d alone means another.
func TestFlagsOfPython(t *testing.T) {
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	(&flags{}).define(set)
	got := map[string]string{}
	set.VisitAll(func(f *pflag.Flag) { got[f.Name] = f.Shorthand })
	want := map[string]string{
		"configuration": "c", "nodaemon": "n", "silent": "s", "help": "h", "usage": "?", "version": "v", "user": "u", "umask": "m",
		"directory": "", "logfile": "l", "logfile_maxbytes": "y", "logfile_backups": "z", "loglevel": "e", "pidfile": "j",
		"identifier": "i", "childlogdir": "q", "nocleanup": "k", "minfds": "a", "strip_ansi": "t", "minprocs": "", "profile_options": "",
		"daemon": "d", "strict": "", "env-file": "",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestCalledAsSupervisorctlItIsCtl(t *testing.T) {
	t.Chdir(t.TempDir())
	code := run([]string{"/usr/bin/supervisorctl", "-s", "unix:///nonexistent/s.sock", "status"}, os.Stdout, os.Stderr)
	if code != 4 {
		t.Errorf("exit code %d, want that of status without a daemon", code)
	}
}
