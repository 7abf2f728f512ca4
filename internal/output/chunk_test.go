package output_test

import (
	"path/filepath"
	"testing"
	"time"

	"supervisord/internal/output"
	"supervisord/internal/testenv"
)

// A program that starts must not wait for a disk that stands still for others.
func TestFileSaysAtOnceWhichChunksItPrefers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var files output.Files
	f := join(t, &files, path, output.FileOptions{MaxBytes: 1 << 20})
	prefers := func() bool {
		defer f.Hold()()
		answer := make(chan bool, 1)
		go func() { answer <- f.SmallChunks() }() // ends when the file is free at the latest
		select {
		case small := <-answer:
			return small
		case <-time.After(testenv.Patience):
			t.Fatal("no answer")
			return false
		}
	}
	want(t, prefers(), true)
	for maxBytes, small := range map[int64]bool{0: false, 16<<20 - 1: true, 16 << 20: false} {
		join(t, &files, path, output.FileOptions{MaxBytes: maxBytes})
		want(t, prefers(), small)
	}
}
