package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// archive is a txtar archive: a comment and files, each after a line "-- name --".
type archive struct {
	comment string
	files   []file
}

type file struct{ name, data string }

var marker = regexp.MustCompile(`(?m)^-- (.+) --\n`)

func parseArchive(text string) archive {
	marks := marker.FindAllStringSubmatchIndex(text, -1)
	if marks == nil {
		return archive{comment: text}
	}
	a := archive{comment: text[:marks[0][0]]}
	for i, m := range marks {
		end := len(text)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		a.files = append(a.files, file{text[m[2]:m[3]], text[m[1]:end]})
	}
	return a
}

func (a archive) String() string {
	var b strings.Builder
	b.WriteString(a.comment)
	for _, f := range a.files {
		b.WriteString("-- " + f.name + " --\n" + f.data)
	}
	return b.String()
}

// write puts the files into a directory.
func (a archive) write(t *testing.T, dir string) {
	t.Helper()
	for _, f := range a.files {
		path := filepath.Join(dir, f.name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(f.data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
