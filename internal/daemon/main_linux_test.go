package daemon_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// binary is the daemon, built once, as it is released.
var binary string

func TestMain(m *testing.M) {
	for name, play := range map[string]func(role string) error{roleVar: countOrAccept, listenerVar: hear, talkerVar: talk} {
		role := os.Getenv(name)
		if role == "" {
			continue
		}
		if err := play(role); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	if !testing.Short() {
		bound = 3 * time.Minute
	}
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func countOrAccept(role string) error {
	if role == acceptRole {
		return accept(role)
	}
	return count(role)
}

// run builds the daemon and runs the tests: more at once than there are processors,
// since they wait more than they compute.
func run(m *testing.M) (int, error) {
	if !isSet("test.parallel") {
		if err := flag.Set("test.parallel", "6"); err != nil {
			return 0, err
		}
	}
	dir, err := os.MkdirTemp("", "supervisord")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // for tests that give up their privileges
		return 0, err
	}
	binary = filepath.Join(dir, "supervisord")
	cmd := exec.Command("go", "build", "-o", binary, "../../cmd/supervisord")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build of the daemon: %w\n%s", err, out)
	}
	return m.Run(), nil
}

func isSet(name string) bool {
	found := false
	flag.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

// missing skips a test that lacks something, unless it must not.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		missing(t, "needs root")
	}
}

func needProgram(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, "needs "+name)
	}
	return path
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// lines joins the lines of a configuration.
func lines(all ...string) string { return strings.Join(all, "\n") + "\n" }
