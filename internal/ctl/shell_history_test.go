package ctl_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/ctl"
)

// A shell appends to the file that it is told, that the configuration names, or that is
// usual, in this order.
func TestWhereTheHistoryIs(t *testing.T) {
	for _, c := range []struct {
		name    string
		args    []string
		file    string            // of the configuration
		environ map[string]string // @ is a directory of the test
		want    string            // empty: nothing is kept
	}{
		{"flag", []string{"-r", "@/flag"}, "@/file", nil, "@/flag"},
		{"long flag", []string{"--history_file=@/flag"}, "", nil, "@/flag"},
		{"configuration", nil, "@/file", map[string]string{"XDG_STATE_HOME": "@/state"}, "@/file"},
		{"state directory", nil, "", map[string]string{"XDG_STATE_HOME": "@/state", "HOME": "@/home"}, "@/state/supervisord/history"},
		{"state directory that is relative", nil, "", map[string]string{"XDG_STATE_HOME": "state", "HOME": "@/home"}, "@/home/.local/state/supervisord/history"},
		{"home", nil, "", map[string]string{"HOME": "@/home"}, "@/home/.local/state/supervisord/history"},
		{"home on Windows", nil, "", map[string]string{"USERPROFILE": "@/home"}, "@/home/.local/state/supervisord/history"},
		{"no home", nil, "", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			at := func(s string) string { return strings.ReplaceAll(s, "@", dir) }
			var out, errs bytes.Buffer
			e, _ := typing(newSupervisor(), &out, &errs, typed{line: "pid web"})
			e.LookupEnv = func(key string) (string, bool) { v, ok := c.environ[key]; return at(v), ok }
			e.LoadFile = func(string) (ctl.Settings, error) { return ctl.Settings{HistoryFile: at(c.file)}, nil }
			var args []string
			for _, arg := range c.args {
				args = append(args, at(arg))
			}
			execute(t, e, args...)
			files := map[string]string{}
			err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
				if err == nil && d.Type().IsRegular() {
					text, readErr := os.ReadFile(path)
					files[path], err = string(text), readErr
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{}
			if c.want != "" {
				want[at(c.want)] = "pid web\n"
			}
			if d := cmp.Diff(want, files); d != "" {
				t.Errorf("files (-want +got):\n%s", d)
			}
			if errs.Len() > 0 {
				t.Errorf("stderr is %q", errs.String())
			}
		})
	}
}

// historyAfter runs a shell on a history file and returns what the person could call back,
// the file afterwards, and the warnings.
func historyAfter(t *testing.T, path string, lines ...string) (remembered []string, text, warnings string) {
	t.Helper()
	var input []typed
	for _, line := range lines {
		input = append(input, typed{line: line})
	}
	var out, errs bytes.Buffer
	e, p := typing(newSupervisor(), &out, &errs, input...)
	if code := execute(t, e, "-r", path); code != 0 {
		t.Errorf("exit code %d", code)
	}
	b, _ := os.ReadFile(path) // missing is empty
	return p.remembered, string(b), errs.String()
}

func TestHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "history")
	remembered, text, warnings := historyAfter(t, path, "pid", "pid", " ", "", "status häh", "open http://me:secret@h", "pid\x1b[2J")
	if d := cmp.Diff([]string{"pid", "status häh", "pid\x1b[2J"}, remembered); d != "" {
		t.Errorf("remembered (-want +got):\n%s", d)
	}
	if d := cmp.Diff("pid\nstatus häh\n", text); d != "" || warnings != "" {
		t.Errorf("warnings %q, file (-want +got):\n%s", warnings, d)
	}
	for of, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700 | os.ModeDir} {
		if info, err := os.Stat(of); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v; want %v", of, info.Mode(), err, want)
		}
	}
	remembered, text, _ = historyAfter(t, path, "status häh", "quit")
	if d := cmp.Diff([]string{"pid", "status häh", "quit"}, remembered); d != "" {
		t.Errorf("the second time (-want +got):\n%s", d)
	}
	if d := cmp.Diff("pid\nstatus häh\nquit\n", text); d != "" {
		t.Errorf("file the second time (-want +got):\n%s", d)
	}
}

func TestHistoryIsOfLimitedLength(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	numbered := func(from, to int) string {
		var b strings.Builder
		for i := from; i < to; i++ {
			b.WriteString("pid " + strconv.Itoa(i) + "\n")
		}
		return b.String()
	}
	for _, c := range []struct {
		name, before, after string
		want                int // lines that are remembered
	}{
		{"twice the lines", numbered(0, 2000), numbered(0, 2000) + "quit\n", 1001},
		{"more", numbered(0, 2001), numbered(1001, 2001) + "quit\n", 1001},
		{"a long line", strings.Repeat("x", 2<<20) + "\npid 1\n", strings.Repeat("x", 1<<20-len("\npid 1\n")) + "\npid 1\nquit\n", 3},
		{"no text", "\xff\xff\npid \x00\npid 1\n", "\xff\xff\npid \x00\npid 1\nquit\n", 2},
	} {
		if err := os.WriteFile(path, []byte(c.before), 0o600); err != nil {
			t.Fatal(err)
		}
		remembered, text, warnings := historyAfter(t, path, "quit")
		if len(remembered) != c.want || text != c.after || warnings != "" {
			t.Errorf("%s: %d lines remembered, want %d; file of %d bytes, want %d; warnings %q",
				c.name, len(remembered), c.want, len(text), len(c.after), warnings)
		}
	}
}

// A history that cannot be read or written does not stop the shell.
func TestHistoryThatCannotBeKept(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		os.DevNull:                     "",
		dir:                            "warning: history is not kept: open " + dir + ": is a directory\n",
		filepath.Join(file, "history"): "warning: history is not kept: open " + filepath.Join(file, "history") + ": not a directory\n",
	} {
		remembered, _, warnings := historyAfter(t, path, "pid", "version")
		if d := cmp.Diff([]string{"pid", "version"}, remembered); d != "" {
			t.Errorf("%s (-want +got):\n%s", path, d)
		}
		if warnings != want {
			t.Errorf("%s: warnings %q, want %q", path, warnings, want)
		}
	}
}
