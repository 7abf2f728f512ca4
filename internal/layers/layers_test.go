package layers

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLayers holds the table of rules, for every system with files of its own.
func TestLayers(t *testing.T) {
	files := goFiles(t)
	for _, system := range []string{"linux", "darwin", "freebsd", "windows"} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			g := list(t, system)
			for _, dir := range []string{"cmd/supervisord", "internal/process", "internal/supervise"} {
				if len(g[dir]) == 0 {
					t.Fatalf("go list says nothing of %s", dir)
				}
			}
			for _, offence := range g.check(rules, files) {
				t.Error(offence)
			}
		})
	}
}

// TestRulesNameWhatExists finds rules that hold nothing, since a package or a file has
// another name now.
func TestRulesNameWhatExists(t *testing.T) {
	files := goFiles(t)
	dirs := make(map[string]bool)
	for _, f := range files {
		dirs[filepath.Dir(f.name)] = true
	}
	ours := func(p string) bool { return slices.ContainsFunc(module, func(m string) bool { return matches(p, m) }) }
	for _, r := range rules {
		for _, p := range slices.Concat(r.from, r.not, r.except) {
			p, family := strings.CutSuffix(p, "/...")
			if ours(p) && !family && !dirs[p] {
				t.Errorf("there is no package %s: %s", p, r.why)
			}
		}
		for _, name := range r.files {
			if !slices.ContainsFunc(files, func(f file) bool { return f.name == name }) {
				t.Errorf("there is no file %s: %s", name, r.why)
			}
		}
	}
}

// TestCheckFindsWhatIsForbidden shows that a broken rule is found: an import, one
// through others, the exceptions, and the files that may.
func TestCheckFindsWhatIsForbidden(t *testing.T) {
	g := graph{
		"internal/a": {"internal/b", "os"}, "internal/b": {"internal/c"}, "internal/c": {"os/exec"},
		"internal/d": {"os/exec"}, "os/exec": {"os"},
	}
	files := []file{{name: "internal/c/x.go", imports: []string{"os/exec"}}, {name: "internal/d/x.go", imports: []string{"os/exec"}}}
	got := g.check([]rule{
		{why: "direct", from: []string{"internal/a"}, not: []string{"internal/..."}, except: []string{"internal/c"}},
		{why: "deep", from: []string{"internal/a"}, not: []string{"internal/..."}, except: []string{"internal/b"}, deep: true},
		{why: "shallow", from: []string{"internal/a"}, not: []string{"os/exec"}},
		{why: "file", from: []string{"internal/..."}, not: []string{"os/exec"}, files: []string{"internal/d/x.go"}},
	}, files)
	want := []string{
		"internal/a -> internal/b: direct",
		"internal/a -> internal/b -> internal/c: deep",
		"internal/c -> os/exec: file",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
