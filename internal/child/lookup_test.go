//go:build unix

package child_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/child"
)

// tree makes files with modes: a name that ends in / is a directory.
func tree(t *testing.T, files map[string]os.FileMode) string {
	t.Helper()
	dir := t.TempDir()
	for name, mode := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, mode); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLookupFindsWhatWillBeExecuted(t *testing.T) {
	d := tree(t, map[string]os.FileMode{
		"one/tool": 0o755, "two/tool": 0o755, "two/other": 0o755, "work/bin/run": 0o755, "work/here": 0o755,
	})
	one, two, work := filepath.Join(d, "one"), filepath.Join(d, "two"), filepath.Join(d, "work")
	type found struct {
		File string
		Argv []string
	}
	for _, c := range []struct {
		name, command, path, dir string
		want                     found
	}{
		{"absolute path", two + "/tool -x 'a b'", one, "", found{two + "/tool", []string{two + "/tool", "-x", "a b"}}},
		{"first on the PATH", "tool a", one + ":" + two, "", found{one + "/tool", []string{"tool", "a"}}},
		{"later on the PATH", "other", one + ":" + two, "", found{two + "/other", []string{"other"}}},
		{"a slash means directory=", "bin/run", one, work, found{"bin/run", []string{"bin/run"}}},
		{"a dot too", "./here", one, work, found{"./here", []string{"./here"}}},
		{"an entry of the PATH relative to directory=", "run", "bin", work, found{"bin/run", []string{"run"}}},
		{"an empty entry is directory=", "here", one + ":", work, found{"./here", []string{"here"}}},
		{"no PATH at all", "sh -c x", "", "", found{"/bin/sh", []string{"sh", "-c", "x"}}},
		{"the file of an empty word", `"" `, one, "", found{}},
	} {
		file, argv, err := child.Lookup(c.command, c.path, c.dir)
		if c.want.File == "" {
			if err == nil {
				t.Errorf("%s: found %s", c.name, file)
			}
			continue
		}
		if d := cmp.Diff(c.want, found{file, argv}); err != nil || d != "" {
			t.Errorf("%s: %v (-want +got)\n%s", c.name, err, d)
		}
	}
}

func TestLookupSaysInPythonsWordsWhatIsWrong(t *testing.T) {
	d := tree(t, map[string]os.FileMode{"plain": 0o644, "dir/": 0o755, "one/tool": 0o644, "two/tool": 0o755, "two/dir/": 0o755})
	one, two := filepath.Join(d, "one"), filepath.Join(d, "two")
	for _, c := range []struct {
		command, path, dir string
		kind               error
		want               string
	}{
		{"/no/such x", one, "", child.ErrNoFile, "can't find command '/no/such'"},
		{"nosuch", one, "", child.ErrNoFile, "can't find command 'nosuch'"},
		{"bin/nosuch", one, d, child.ErrNoFile, "can't find command 'bin/nosuch'"},
		{"one/tool", one, "/", child.ErrNoFile, "can't find command 'one/tool'"},
		{d + "/plain/x", one, "", child.ErrNoFile, "can't find command '" + d + "/plain/x'"},
		{d + "/dir", one, "", child.ErrNotExecutable, "command at '" + d + "/dir' is a directory"},
		{"dir", two, "", child.ErrNotExecutable, "command at '" + two + "/dir' is a directory"},
		{d + "/plain", one, "", child.ErrNotExecutable, "command at '" + d + "/plain' is not executable"},
		{"tool", one + ":" + two, "", child.ErrNotExecutable, "command at '" + one + "/tool' is not executable"},
		{`a "b`, one, "", child.ErrNotExecutable, `can't parse command 'a "b': No closing quotation`},
		{`a\`, one, "", child.ErrNotExecutable, `can't parse command 'a\': No escaped character`},
		{"", one, "", child.ErrNotExecutable, "command is empty"},
		{" \t ", one, "", child.ErrNotExecutable, "command is empty"},
	} {
		file, _, err := child.Lookup(c.command, c.path, c.dir)
		if err == nil {
			t.Errorf("%q: found %s", c.command, file)
			continue
		}
		if err.Error() != c.want || !errors.Is(err, c.kind) {
			t.Errorf("%q: %q (%v), want %q (%v)", c.command, err, errors.Unwrap(err), c.want, c.kind)
		}
	}
}
