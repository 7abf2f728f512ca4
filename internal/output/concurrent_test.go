package output_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"supervisord/internal/output"
)

// writers lets a few goroutines write numbered lines to f while others do what they
// are told again and again, and returns when all lines are written.
func writers(t *testing.T, f *output.File, lines int, meanwhile ...func() error) (count int) {
	t.Helper()
	const n = 3
	var writing, disturbing sync.WaitGroup
	for w := range n {
		writing.Go(func() {
			for i := range lines {
				if _, err := fmt.Fprintf(f, "%d %d\n", w, i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	for _, do := range meanwhile {
		disturbing.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					if err := do(); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	writing.Wait()
	close(done)
	disturbing.Wait()
	return n
}

// numbered reads the lines of all backups, oldest first, and gives the numbers to next.
func numbered(t *testing.T, path string, backups int, next func(writer, i int)) {
	t.Helper()
	for n := backups; n >= 0; n-- {
		name := path
		if n > 0 {
			name = fmt.Sprintf("%s.%d", path, n)
		}
		file, err := os.Open(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		noError(t, err)
		for lines := bufio.NewScanner(file); lines.Scan(); {
			var w, i int
			if _, err := fmt.Sscanf(lines.Text(), "%d %d", &w, &i); err != nil {
				t.Fatalf("%s: %q: %v", name, lines.Text(), err)
			}
			next(w, i)
		}
		noError(t, file.Close())
	}
}

func TestNothingIsLostWhileRotatingReopeningAndReading(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var files output.Files
	const lines, backups = 2000, 400
	f, err := files.Open(path, output.FileOptions{MaxBytes: 500, Backups: backups})
	noError(t, err)
	n := writers(t, f, lines, f.Reopen, files.ReopenAll,
		func() error { _, _, _, err := files.Tail(path, 0, 100); return err },
		func() error { _, err := files.Read(path, -100, 0); return err })
	noError(t, f.Close())
	seen := make([]int, n)
	numbered(t, path, backups, func(w, i int) {
		if i != seen[w] {
			t.Fatalf("writer %d: line %d, want %d", w, i, seen[w])
		}
		seen[w]++
	})
	want(t, seen, []int{lines, lines, lines})
}

func TestClearKeepsTheOrderOfWhatIsLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var files output.Files
	const lines, backups = 2000, 400
	f, err := files.Open(path, output.FileOptions{MaxBytes: 500, Backups: backups})
	noError(t, err)
	n := writers(t, f, lines, f.Clear, func() error { return files.Clear(path) },
		func() error { _, _, _, err := files.Tail(path, 0, 100); return err })
	noError(t, errors.Join(f.Clear(), f.Close()))
	want(t, content(t, path), "")
	seen := make([]int, n)
	numbered(t, path, backups, func(w, i int) {
		if i < seen[w] {
			t.Fatalf("writer %d: line %d after %d", w, i, seen[w]-1)
		}
		seen[w] = i + 1
	})
}

func TestStreamsOfManyInstancesShareAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var files output.Files
	const instances, lines = 8, 500
	var wg sync.WaitGroup
	for i := range instances {
		wg.Go(func() {
			f, err := files.Open(path, output.FileOptions{MaxBytes: 4096, Backups: 100})
			if err != nil {
				t.Error(err)
				return
			}
			s := output.NewStream(output.StreamOptions{Sinks: []output.Sink{f}, StripANSI: true})
			for j := range lines {
				if _, err := fmt.Fprintf(s, "\x1b[1m%d %d%s\n", i, j, strings.Repeat(".", 10)); err != nil {
					t.Error(err)
				}
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	seen := make([]int, instances)
	numbered(t, path, 100, func(w, i int) {
		if i != seen[w] {
			t.Fatalf("instance %d: line %d, want %d", w, i, seen[w])
		}
		seen[w]++
	})
	for _, n := range seen {
		want(t, n, lines)
	}
}
