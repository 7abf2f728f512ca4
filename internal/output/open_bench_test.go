package output_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"supervisord/internal/output"
)

// The logs of a thousand programs that start together.
func BenchmarkOpenOneThousandLogs(b *testing.B) {
	const n = 1000
	dir := b.TempDir()
	paths := make([]string, n)
	for i := range paths {
		paths[i] = filepath.Join(dir, fmt.Sprint("program", i, "-stdout.log"))
	}
	b.ReportAllocs()
	for b.Loop() {
		var files output.Files
		open := make([]*output.File, n)
		for i, path := range paths {
			f, err := files.Open(path, output.FileOptions{MaxBytes: 50 << 20, Backups: 10})
			if err != nil {
				b.Fatal(err)
			}
			open[i] = f
		}
		for _, f := range open {
			if err := f.Close(); err != nil {
				b.Fatal(err)
			}
		}
	}
}
