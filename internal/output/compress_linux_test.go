package output_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"supervisord/internal/output"
)

// A file that cannot be opened anew after it became a backup is still written to, and
// what is written to must not be compressed and removed.
func TestCompressionSparesTheFileInUse(t *testing.T) {
	dir := t.TempDir()
	// Room for the directory and two files: renaming works, making another does not.
	if err := unix.Mount("none", dir, "tmpfs", 0, "size=1m,nr_inodes=3"); err != nil {
		t.Skipf("cannot mount a small file system here: %v", err)
	}
	t.Cleanup(func() { noError(t, unix.Unmount(dir, 0)) })
	synctest.Test(t, func(t *testing.T) {
		ballast, path := filepath.Join(dir, "ballast"), filepath.Join(dir, "log")
		noError(t, os.WriteFile(ballast, nil, 0o600))
		var files output.Files
		o := output.FileOptions{MaxBytes: 4, Backups: 5, Compress: true}
		f, err := files.Open(path, o)
		noError(t, err)
		write(t, f, "one\n")
		want(t, sizes(t, dir), map[string]int64{"ballast": 0, "log.1": 4})

		noError(t, os.Remove(ballast))
		again, err := files.Open(path, o) // compresses what is left
		noError(t, err)
		synctest.Wait()
		noError(t, os.WriteFile(ballast, nil, 0o600))
		write(t, f, "two\n")
		want(t, logs(t, dir), map[string]string{"ballast": "", "log.1": "one\ntwo\n"})

		noError(t, os.Remove(ballast))
		time.Sleep(time.Minute) // fake
		write(t, f, "3")
		synctest.Wait()
		want(t, logs(t, dir), map[string]string{"log": "3", "log.1": "one\ntwo\n"})
		noError(t, again.Close())
		noError(t, f.Close())
		files.Close()
	})
}
