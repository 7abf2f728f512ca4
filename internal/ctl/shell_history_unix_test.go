//go:build unix

package ctl_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A pipe in place of the history is not waited for.
func TestHistoryThatIsAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	e, p := typing(newSupervisor(), &out, &errs, typed{line: "pid"}, typed{line: "version"})
	if code := execute(t, e, "-r", path); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if d := cmp.Diff([]string{"pid", "version"}, p.remembered); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if !strings.HasPrefix(errs.String(), "warning: history is not kept: open "+path+": ") {
		t.Errorf("stderr %q", errs.String())
	}
}
