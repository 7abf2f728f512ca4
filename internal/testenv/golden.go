package testenv

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Updating reports whether golden files are to be written, not compared: UPDATE
// is set in the environment.
func Updating() bool { return os.Getenv("UPDATE") != "" }

// Golden compares got with the file, or writes the file if [Updating]. An empty
// got is an error: a golden of nothing would pass whatever is broken.
func Golden(t testing.TB, file, got string) {
	t.Helper()
	if got == "" {
		t.Fatalf("%s: nothing to compare with", file)
	}
	if Updating() {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run the test with UPDATE=1 to record it", err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", file, d)
	}
}

// Peer returns the path of a program of another project that a test compares
// ours with. If it is missing the test is skipped, or fails where CI=true: there
// every peer must be installed.
func Peer(t testing.TB, path string) string {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("peer is missing: %v", err)
		}
		t.Skipf("peer is missing: %v", err)
	}
	return path
}

func longestFirst(m map[string]string) []string {
	return slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
}
