package host_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"supervisord/internal/testenv"
)

// roleVariable makes the test binary play a part instead of running tests: much of this
// package changes the process for good.
const roleVariable = "HOST_TEST_ROLE"

func TestMain(m *testing.M) {
	roles := map[string]func() error{
		"limits":    playLimits,
		"user":      playUser,
		"place":     playPlace,
		"pidfile":   playPidfile,
		"program":   playProgram,
		"subreaper": playSubreaper,
	}
	play, found := roles[os.Getenv(roleVariable)]
	if !found {
		os.Exit(m.Run())
	}
	if err := play(); err != nil {
		fmt.Println("error:", err)
	}
	os.Exit(0)
}

// command prepares the test binary, or another program that starts it, to play role.
func command(t *testing.T, role string, argv ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testenv.Patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	// The last two keep an instrumented binary from complaining and from dawdling at its end.
	cmd.Env = append(os.Environ(), roleVariable+"="+role, "GOCOVERDIR="+t.TempDir(), "GORACE=atexit_sleep_ms=0")
	cmd.WaitDelay = time.Second
	return cmd
}

// self is the path of the test binary.
func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// output runs cmd and returns the lines it prints on stdout.
func output(t *testing.T, cmd *exec.Cmd) []string {
	t.Helper()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, &stderr)
	}
	return lines(string(out))
}

func lines(text string) []string {
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can change the user of a process")
	}
}
