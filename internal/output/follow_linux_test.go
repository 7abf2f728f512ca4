package output_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"supervisord/internal/output"
)

// openBelow lists the open files below dir.
func openBelow(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob("/proc/self/fd/*")
	noError(t, err)
	open := []string{}
	for _, fd := range all {
		if to, err := os.Readlink(fd); err == nil && strings.HasPrefix(to, dir) {
			open = append(open, filepath.Base(to))
		}
	}
	return open
}

func TestFollowersCloseWhatTheyHaveOpened(t *testing.T) {
	for name, o := range map[string]output.FileOptions{
		"few":      {MaxBytes: 3, Backups: 5, Compress: true},
		"too many": {MaxBytes: 50_000, Backups: 5},
		"none":     {MaxBytes: 50_000},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				path := filepath.Join(dir, "log")
				var files output.Files
				f, err := files.Open(path, o)
				noError(t, err)
				quick, slow := follow(&files, path, 0), follow(&files, path, 0)
				synctest.Wait()
				slow.gate <- struct{}{}
				for i := range 40 {
					write(t, f, fmt.Sprintf("%50d", i)+strings.Repeat("x", int(o.MaxBytes)))
				}
				noError(t, f.Reopen())
				noError(t, f.Clear())
				quick.stop()
				<-slow.gate
				slow.stop()
				synctest.Wait()
				want(t, openBelow(t, dir), []string{"log"})
				noError(t, f.Close())
				synctest.Wait()
				want(t, openBelow(t, dir), []string{})
			})
		})
	}
}
