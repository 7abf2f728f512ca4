package child_test

import (
	"os"
	"os/exec"
	"testing"
)

// missing skips a test that lacks something, unless it must not.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

func needProgram(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, "needs "+name)
	}
	return path
}
