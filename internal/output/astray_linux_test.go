package output_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"supervisord/internal/output"
)

// In the place of the log there is a program that runs, which nobody may write to. The
// old file goes on being written and followed.
func TestFollowALogThatCannotBeOpenedAnew(t *testing.T) {
	dir := t.TempDir()
	path, busy := filepath.Join(dir, "log"), filepath.Join(dir, "busy")
	program, err := os.ReadFile("/bin/sleep")
	noError(t, err)
	noError(t, os.WriteFile(busy, program, 0o700)) //nolint:gosec // it is to be run
	cmd := exec.CommandContext(t.Context(), busy, "1000")
	noError(t, cmd.Start())
	defer func() {
		noError(t, cmd.Process.Kill())
		_ = cmd.Wait() // killed
	}()
	synctest.Test(t, func(t *testing.T) {
		var files output.Files
		f := join(t, &files, path, output.FileOptions{})
		r := follow(&files, path, 0)
		defer r.stop()
		synctest.Wait()
		noError(t, os.Rename(path, path+".1"))
		noError(t, os.Rename(busy, path))
		for _, line := range []string{"one\n", "two\n", "three\n"} {
			time.Sleep(3 * time.Second)
			write(t, f, line)
			want(t, r.take(), line)
		}
		noError(t, os.Remove(path))
		time.Sleep(3 * time.Second)
		write(t, f, "anew\n")
		want(t, r.take(), "anew\n")
	})
}
