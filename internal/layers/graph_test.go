package layers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// modulePath is the path that go.mod gives to this module.
const modulePath = "supervisord"

// graph maps a package to those it imports itself.
type graph map[string][]string

// list asks the go command who imports whom on a system, in this module and below it.
func list(t *testing.T, system string) graph {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Imports", "./...")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	g := graph{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return g
		} else if err != nil {
			t.Fatal(err)
		}
		for i := range p.Imports {
			p.Imports[i] = short(p.Imports[i])
		}
		g[short(p.ImportPath)] = p.Imports
	}
}

// short names a package of this module by its directory. The standard library has an
// internal/ of its own, which gets another name.
func short(path string) string {
	if dir, ours := strings.CutPrefix(path, modulePath+"/"); ours {
		return dir
	}
	if strings.HasPrefix(path, "internal/") {
		return "std/" + path
	}
	return path
}

// check returns every import that a rule forbids, with the way to it and the reason.
func (g graph) check(rules []rule, files []file) (offences []string) {
	for _, r := range rules {
		for _, from := range slices.Sorted(maps.Keys(g)) {
			if !r.isFrom(from) {
				continue
			}
			for _, way := range g.ways(from, r.deep) {
				to := way[len(way)-1]
				if !r.forbids(from, to) || len(way) == 2 && r.allowsFiles(from, to, files) {
					continue
				}
				offences = append(offences, strings.Join(way, " -> ")+": "+r.why)
			}
		}
	}
	return offences
}

// ways returns the shortest way from a package to each that it imports, or reaches.
func (g graph) ways(from string, deep bool) (ways [][]string) {
	seen := map[string]bool{from: true}
	for next := [][]string{{from}}; len(next) > 0; next = next[1:] {
		for _, to := range slices.Sorted(slices.Values(g[next[0][len(next[0])-1]])) {
			if seen[to] {
				continue
			}
			seen[to] = true
			way := append(slices.Clone(next[0]), to)
			ways = append(ways, way)
			if deep {
				next = append(next, way)
			}
		}
	}
	return ways
}

func (r rule) isFrom(p string) bool {
	return slices.ContainsFunc(r.from, func(pattern string) bool { return matches(p, pattern) })
}

func (r rule) forbids(from, to string) bool {
	is := func(pattern string) bool { return matches(to, pattern) }
	return from != to && slices.ContainsFunc(r.not, is) && !slices.ContainsFunc(r.except, is)
}

// allowsFiles reports whether all files of package from that import to may do so.
func (r rule) allowsFiles(from, to string, files []file) bool {
	return len(r.files) > 0 && !slices.ContainsFunc(files, func(f file) bool {
		return filepath.Dir(f.name) == from && !f.isTest() &&
			slices.Contains(f.imports, to) && !slices.Contains(r.files, f.name)
	})
}

// matches reports whether a package is the one that a pattern names, or below it.
func matches(p, pattern string) bool {
	base, family := strings.CutSuffix(pattern, "/...")
	return p == base || family && strings.HasPrefix(p, base+"/")
}
