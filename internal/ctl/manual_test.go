package ctl_test

import (
	"strings"
	"testing"

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
