package output_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/output"
)

func want(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func openFile(t *testing.T, path string, o output.FileOptions) *output.File {
	t.Helper()
	f, err := output.OpenFile(path, o)
	noError(t, err)
	t.Cleanup(func() { noError(t, f.Close()) })
	return f
}

func write(t *testing.T, f *output.File, text string) {
	t.Helper()
	_, err := f.Write([]byte(text))
	noError(t, err)
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	noError(t, err)
	return string(data)
}

// sizes lists the files of dir with their sizes.
func sizes(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	entries, err := os.ReadDir(dir)
	noError(t, err)
	all := make(map[string]int64)
	for _, e := range entries {
		info, err := os.Lstat(filepath.Join(dir, e.Name()))
		noError(t, err)
		all[e.Name()] = info.Size()
	}
	return all
}
