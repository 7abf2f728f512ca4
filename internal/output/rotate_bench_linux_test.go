package output_test

import (
	"path/filepath"
	"testing"

	"supervisord/internal/output"
)

// What a log costs that is rotated every 50 MB, whose oldest backup goes each time.
func BenchmarkRotatingWrites(b *testing.B) {
	f, err := output.OpenFile(filepath.Join(b.TempDir(), "log"), output.FileOptions{MaxBytes: 50 << 20, Backups: 2})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	chunk := make([]byte, 1<<20)
	for range 151 { // until there are all backups
		if _, err := f.Write(chunk); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(chunk)))
	before := cpu(b)
	for b.Loop() {
		if _, err := f.Write(chunk); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpu(b)-before)/1e9*1024/float64(b.N), "cpu-s/GiB")
}
