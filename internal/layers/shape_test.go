package layers

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPackageDocs wants one package comment per package, where everybody looks for it:
// in doc.go, in main.go of a command, or in the only file.
func TestPackageDocs(t *testing.T) {
	packages := make(map[string][]file)
	for _, f := range goFiles(t) {
		if dir := filepath.Dir(f.name); !f.isTest() {
			packages[dir] = append(packages[dir], f)
		} else if f.doc != "" {
			t.Errorf("%s: a test has no package comment; a blank line makes it a comment of the file", f.name)
		}
	}
	for dir, files := range packages {
		var with []string
		for _, f := range files {
			if f.doc != "" {
				with = append(with, filepath.Base(f.name))
			}
		}
		switch {
		case len(with) != 1:
			t.Errorf("%s: %d package comments, want one: %v", dir, len(with), with)
		case len(files) == 1, with[0] == "doc.go", files[0].pkg == "main" && with[0] == "main.go": // found
		default:
			t.Errorf("%s: the package comment is in %s, want it in doc.go", dir, with[0])
		}
	}
	for _, files := range packages {
		for _, f := range files {
			if f.doc != "" && !strings.HasPrefix(f.doc, "Package "+f.pkg+" ") && !strings.HasPrefix(f.doc, "Command ") {
				t.Errorf("%s: the package comment begins with neither %q nor \"Command\"", f.name, "Package "+f.pkg)
			}
		}
	}
}

// packageLine is a line of the tree in docs/ARCHITECTURE.md.
var packageLine = regexp.MustCompile(`(?m)^([a-z][a-z0-9/]*) {2,}\S.*$`)

// TestArchitectureListsPackages wants a line for every package, and for no other, in the
// tree of docs/ARCHITECTURE.md: the block of code below "## The tree".
func TestArchitectureListsPackages(t *testing.T) {
	text, err := os.ReadFile(root + "/docs/ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n## The tree\n")
	_, rest, _ = strings.Cut(rest, "\n```\n")
	tree, _, found := strings.Cut(rest, "\n```\n")
	if !found {
		t.Fatal("there is no block of code below ## The tree")
	}
	var got, want []string
	for _, m := range packageLine.FindAllStringSubmatch(tree, -1) {
		got = append(got, m[1])
	}
	for _, f := range goFiles(t) {
		want = append(want, filepath.Dir(f.name))
	}
	slices.Sort(got)
	slices.Sort(want)
	if d := cmp.Diff(slices.Compact(want), got); d != "" {
		t.Errorf("packages (-there are +in the tree):\n%s", d)
	}
}

// longest is how many lines a file may have. A longer one holds two ideas.
const longest = 500

// TestFileSizes holds that limit, for tests too. Generated files are exempt.
func TestFileSizes(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.lines > longest && !f.made {
			t.Errorf("%s has %d lines, more than %d: split it by ideas", f.name, f.lines, longest)
		}
	}
}
