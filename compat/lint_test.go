package compat

import (
	"bytes"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// longest is how many lines a script may have with its configuration, without its
// goldens. A longer one tells two stories.
const longest = 30

var (
	scriptName = regexp.MustCompile(`^[a-z][a-z0-9_]*\.txtar$`)
	// prints lists the commands that set the script's stdout. A check of stdout has
	// to follow one of them: it would look at something older, or at nothing.
	prints = []string{"ctl", "ctlrc", "ctlsorted", "ctlin", "ctlfollow", "rpc", "curl", "pyrpc", "loglines", "exec", "daemonfails"}
	checks = []string{"cmp", "stdout", "stderr", "grep", "exists", "await", "awaitfile", "awaitnew", "daemonlog", "awaitexit"}
)

// TestScriptsAreSound holds what a script must be so that it can fail.
func TestScriptsAreSound(t *testing.T) {
	files, err := filepath.Glob("../testdata/scripts/*")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no scripts")
	}
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range problems(filepath.Base(file), ar) {
			t.Errorf("%s: %s", filepath.Base(file), problem)
		}
	}
}

// problems returns what is wrong with a script.
func problems(name string, ar *txtar.Archive) (list []string) {
	if !scriptName.MatchString(name) {
		list = append(list, "name is not words_in_lower_case.txtar")
	}
	lines := strings.Split(strings.TrimRight(string(ar.Comment), "\n"), "\n")
	if !strings.HasPrefix(lines[0], "# ") || !strings.HasSuffix(lines[0], ".") {
		list = append(list, "first line is not a comment that says in a sentence what is shown")
	}
	list = append(list, problemsOfCommands(lines)...)
	size := len(lines)
	for _, f := range ar.Files {
		if !strings.HasSuffix(f.Name, ".want") {
			size += bytes.Count(f.Data, []byte("\n"))
			continue
		}
		if len(bytes.TrimSpace(f.Data)) == 0 {
			list = append(list, f.Name+" is empty: compared with nothing it passes. Use `! stdout .`")
		}
		if !slices.ContainsFunc(lines, func(l string) bool { return slices.Contains(strings.Fields(l), f.Name) }) {
			list = append(list, f.Name+" is not used")
		}
	}
	if size > longest {
		list = append(list, "too long: split it")
	}
	return list
}

func problemsOfCommands(lines []string) (list []string) {
	last, checked := "", false
	for _, line := range lines {
		words := strings.Fields(line)
		for len(words) > 0 && (strings.HasPrefix(words[0], "[") || words[0] == "!") {
			words = words[1:]
		}
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		checked = checked || slices.Contains(checks, words[0])
		isCheck := words[0] == "stdout" || words[0] == "stderr" || words[0] == "cmp" && words[1] == "stdout"
		if isCheck && !slices.Contains(prints, last) {
			list = append(list, "looks at the output of "+last+": "+line)
		}
		if !isCheck {
			last = words[0]
		}
	}
	if !checked {
		list = append(list, "checks nothing")
	}
	return list
}

func TestProblemsAreFound(t *testing.T) {
	for name, text := range map[string]string{
		"Upper.txtar":      "# A sentence.\nctl status\nstdout x\n",
		"nocomment.txtar":  "ctl status\nstdout x\n",
		"nocheck.txtar":    "# A sentence.\nctl status\n",
		"stale.txtar":      "# A sentence.\nctl status\nstdout x\nawait a RUNNING\nstdout y\n",
		"emptywant.txtar":  "# A sentence.\nctl status\ncmp stdout a.want\n-- a.want --\n",
		"unusedwant.txtar": "# A sentence.\nctl status\nstdout x\n-- a.want --\na\n",
		"long.txtar":       "# A sentence.\nctl status\nstdout x\n-- s.conf --\n" + strings.Repeat("a=b\n", longest),
	} {
		if got := problems(name, txtar.Parse([]byte(text))); len(got) != 1 {
			t.Errorf("%s: problems %q, want one", name, got)
		}
	}
	sound := "# A sentence.\nctl status\n[!ours] cmp stdout a.want\n-- a.want --\na\n"
	if got := problems("sound.txtar", txtar.Parse([]byte(sound))); len(got) != 0 {
		t.Errorf("a sound script has problems %q", got)
	}
}
