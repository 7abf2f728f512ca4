package output_test

import (
	"path/filepath"
	"testing"

	"supervisord/internal/output"
)

func TestRotationLeavesNoBackupOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	before := descriptors(t)
	f := openFile(t, path, output.FileOptions{MaxBytes: 1000, Backups: 2})
	for range 50 {
		write(t, f, string(make([]byte, 1000)))
	}
	noError(t, f.Close())
	want(t, descriptors(t), before)
}
