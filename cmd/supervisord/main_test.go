package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"foo"}, `positional arguments are not supported: ["foo"]`},
		{[]string{"-x"}, "unknown shorthand flag: 'x' in -x"},
		{[]string{"--nosuch"}, "unknown flag: --nosuch"},
		{[]string{"-n", "-n"}, "given twice"},
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

func TestVersion(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"--version"}, {"-v"}} {
		code, stdout, stderr := call(t, args...)
		if code != 0 || stdout != version+"\n" || stderr != "" {
			t.Errorf("%q: exit code %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
}

func TestHelpNamesEveryFlagThatOverrides(t *testing.T) {
	code, stdout, _ := call(t, "-h")
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, o := range overriding {
		if !strings.Contains(stdout, "--"+o.name) {
			t.Errorf("help does not name --%s", o.name)
		}
	}
}

func TestCalledAsSupervisorctlItIsCtl(t *testing.T) {
	t.Chdir(t.TempDir())
	code := run([]string{"/usr/bin/supervisorctl", "-s", "unix:///nonexistent/s.sock", "status"}, os.Stdout, os.Stderr)
	if code != 4 {
		t.Errorf("exit code %d, want that of status without a daemon", code)
	}
}
