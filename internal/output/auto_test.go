package output_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"supervisord/internal/output"
)

func TestAutoPath(t *testing.T) {
	long := strings.Repeat("é", 300)
	tests := map[string]struct{ process, channel, identifier, want string }{
		"plain":     {"web", "stdout", "supervisor", `^web-stdout---supervisor-[a-z0-9_]{8}\.log$`},
		"escape":    {"../../etc/passwd", "stderr", "../x", `^\.\._\.\._etc_passwd-stderr---\.\._x-[a-z0-9_]{8}\.log$`},
		"backslash": {`..\up`, "stdout", "s", `^\.\._up-stdout---s-[a-z0-9_]{8}\.log$`},
		"nul":       {"a\x00b\n", "stdout", "s", `^a_b_-stdout---s-[a-z0-9_]{8}\.log$`},
		"long":      {long, "stdout", "s", `^é{50}-stdout---s-[a-z0-9_]{8}\.log$`},
		"no name":   {"", "stdout", "s", `^-stdout---s-[a-z0-9_]{8}\.log$`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path, err := output.AutoPath(dir, tt.process, tt.channel, tt.identifier)
			noError(t, err)
			want(t, filepath.Dir(path), dir)
			if !regexp.MustCompile(tt.want).MatchString(filepath.Base(path)) {
				t.Errorf("%s does not match %s", filepath.Base(path), tt.want)
			}
			info, err := os.Lstat(path)
			noError(t, err)
			want(t, info.Mode(), os.FileMode(0o600))
			other, err := output.AutoPath(dir, tt.process, tt.channel, tt.identifier)
			noError(t, err)
			want(t, other != path, true)

			removed, err := output.CleanAuto(dir, tt.identifier)
			noError(t, err)
			want(t, removed, 2)
		})
	}
}

func TestAutoPathInAMissingDirectory(t *testing.T) {
	_, err := output.AutoPath(filepath.Join(t.TempDir(), "missing"), "web", "stdout", "s")
	want(t, os.IsNotExist(err), true)
}

func TestCleanAutoRemovesItsOwnLogsOnly(t *testing.T) {
	dir := t.TempDir()
	gone := []string{
		"web-stdout---foo-abcd_123.log", "web-stdout---foo-abcd_123.log.1", "web-stderr---foo-abcd_123.log.10",
		"a b---c-stdout---foo-ABCDEFGH.log", "web:0-stdout---foo-abcd1234.log.9999",
		"web-stdout---foo-abcd_123.log.1.gz", "web-stdout---foo-abcd_123.log.gz.part", "web-stdout---foo-abcd_123.log.new",
	}
	kept := []string{
		"web-stdout---foo-q-abcd1234.log", "web-stdout---foobar-abcd1234.log", "web-stdout---fo-abcd1234.log",
		"web-stdout---foo-abcd1234.logX", "web-stdout---foo-abcd1234.log.12345", "web-stdout---foo-abcd123.log",
		"web-stdout---foo-abcd1234.log.gz", "web-stdout---foo-abcd1234.log.1.new", "web-stdout---foo.log", "notes-foo-abcd1234.log", "-stdout---foo-abcd1234.txt",
		"web-stdout---a---foo-abcd1234.log",
	}
	for _, name := range append(gone, kept...) {
		noError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	noError(t, os.Mkdir(filepath.Join(dir, "dir-stdout---foo-abcd1234.log"), 0o700))
	noError(t, os.Symlink("web-stdout---foo.log", filepath.Join(dir, "ln-stdout---foo-abcd1234.log")))
	removed, err := output.CleanAuto(dir, "foo")
	noError(t, err)
	want(t, removed, len(gone))
	left := make(map[string]bool)
	for name := range sizes(t, dir) {
		left[name] = true
	}
	wanted := map[string]bool{"dir-stdout---foo-abcd1234.log": true, "ln-stdout---foo-abcd1234.log": true}
	for _, name := range kept {
		wanted[name] = true
	}
	want(t, left, wanted)
}
