package ctl_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/ctl"
	"supervisord/internal/testenv"
)

// TestGenerated compares docs/ctl.md and the man page with the tables. UPDATE=1 writes
// them.
func TestGenerated(t *testing.T) {
	page := ctl.Manual()
	testenv.Golden(t, "../../man/supervisorctl.1", page.Roff())
	page.Name = "supervisord ctl, supervisorctl"
	testenv.Golden(t, "../../docs/ctl.md", page.Markdown())
}

// Every verb is described: a new one needs a row in manual_verbs.go.
func TestManualDescribesEveryVerb(t *testing.T) {
	text := ctl.Manual().Markdown()
	for v := range strings.FieldsSeq(helpTopics(t)) {
		_, section, ok := strings.Cut(text, "\n### "+v+"\n\n`"+v+"`: ")
		if !ok || strings.HasPrefix(section, ".") || !strings.Contains(section, "supervisorctl "+v) {
			t.Errorf("the manual does not say what %s does", v)
		}
	}
}

// The overview in the README names every verb, and the manual every exit code and variable.
func TestNoListLacksAnything(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, row, _ := strings.Cut(string(readme), "| `supervisord ctl VERB …` | ")
	row, _, _ = strings.Cut(row, ";")
	got, want := strings.Fields(row), append(strings.Fields(helpTopics(t)), "help")
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("verbs in the README (-want +got):\n%s", d)
	}
	text := ctl.Manual().Markdown()
	for _, item := range []string{
		"- `0`", "- `1`", "- `2`", "- `3`", "- `4`", "- `5`", "- `7`", "- `124`", "- `130`", "- `143`",
		"- `" + ctl.UsernameVariable + "`", "- `" + ctl.PasswordVariable + "`", "- `" + ctl.CACertVariable + "`",
	} {
		if !strings.Contains(text, "\n"+item+": ") {
			t.Errorf("the manual has no item %s", item)
		}
	}
}
