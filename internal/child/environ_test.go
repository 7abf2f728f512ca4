package child_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/child"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEnvironmentOverridesInOrder(t *testing.T) {
	// Each layer sets a variable of its own and overrides those of all layers before.
	e := child.Environment{
		Base:  []string{"B=base", "BF=base", "BE=base", "BS=base", "no equals sign", "EMPTY="},
		Fixed: map[string]string{"F": "fixed", "BF": "fixed", "FE": "fixed", "FS": "fixed"},
		Files: []string{write(t, "E=one\nBE=one\nFE=one\nES=one\nE1=one\nE2=one\n"), write(t, "# second\nexport E2='two words'\n")},
		Set:   map[string]string{"S": "set", "BS": "set", "FS": "set", "ES": "set"},
	}
	got, err := e.List()
	want := []string{
		"B=base", "BE=one", "BF=fixed", "BS=set", "E1=one", "E2=two words", "E=one", "EMPTY=",
		"ES=set", "F=fixed", "FE=one", "FS=set", "S=set",
	}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%v (-want +got)\n%s", err, d)
	}
}

func TestEnvFileThatCannotBeUsedNamesFileAndReason(t *testing.T) {
	dir := t.TempDir()
	large := write(t, strings.Repeat("A=1234567\n", 1<<17))
	garbled := write(t, "A=1\nB='unterminated\n")
	missing := filepath.Join(dir, "missing")
	for path, want := range map[string]string{
		missing: "can't read env file '" + missing + "': no such file or directory",
		dir:     "can't read env file '" + dir + "': not a regular file",
		large:   "can't read env file '" + large + "': larger than 1048576 bytes",
		garbled: "can't read env file '" + garbled + "': unterminated quoted value",
	} {
		vars, err := child.Environment{Files: []string{path}}.List()
		if err == nil || !strings.HasPrefix(err.Error(), want) || vars != nil {
			t.Errorf("%v, %d variables; want %q", err, len(vars), want)
		}
	}
}

func FuzzEnvFileNeverPanics(f *testing.F) {
	for _, text := range []string{"", "A=1", "export A='x'\nB=$A${A}", "A: b", "=\n", "A=\"\\\n", "A='", "\xff=\x00", "#", "export", "A=${"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = child.Environment{Files: []string{write(t, text)}}.List() // errors are welcome
	})
}
