package layers

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// root is the directory of the module.
const root = "../.."

// file is a Go file of the module, for whatever system.
type file struct {
	name    string // relative to root
	imports []string
	doc     string // the package comment
	pkg     string // the name of the package
	lines   int
	made    bool // by a generator
}

func (f file) isTest() bool { return strings.HasSuffix(f.name, "_test.go") }

// goFiles reads all Go files of the module. It reads them itself, since the go command
// repeats the result of a test as long as no file that the test has opened changes.
func goFiles(t *testing.T) (files []file) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && skipped(path, d.Name()):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		f, err := readFile(path)
		files = append(files, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// skipped names the directories that the go command leaves out: hidden ones, test data,
// other modules, and build/, which holds none.
func skipped(path, name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "build" {
		return true
	}
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil
}

func readFile(path string) (file, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return file{}, err
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return file{}, fmt.Errorf("parse: %w", err)
	}
	name, err := filepath.Rel(root, path)
	f := file{name: filepath.ToSlash(name), doc: parsed.Doc.Text(), pkg: parsed.Name.Name, lines: bytes.Count(text, []byte("\n"))}
	for _, i := range parsed.Imports {
		p, _ := strconv.Unquote(i.Path.Value) // the parser has checked it
		f.imports = append(f.imports, short(p))
	}
	for _, group := range parsed.Comments {
		for _, c := range group.List {
			f.made = f.made || strings.HasPrefix(c.Text, "// Code generated ") && strings.HasSuffix(c.Text, " DO NOT EDIT.")
		}
	}
	return f, err
}
