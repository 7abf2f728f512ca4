package output_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"supervisord/internal/output"
)

const (
	truncated = "==> File truncated <==\n"
	skipped   = "==> output skipped <==\n"
)

// reader follows a log in the background.
type reader struct {
	stop func()        // and waits for the end
	gate chan struct{} // holds a token while the consumer is slow

	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // has a token if there is more text
	err  error
}

func follow(files *output.Files, path string, back int64) *reader {
	ctx, cancel := context.WithCancel(context.Background())
	r := &reader{gate: make(chan struct{}, 1), more: make(chan struct{}, 1)}
	var done sync.WaitGroup
	r.stop = func() { cancel(); done.Wait() }
	done.Go(func() {
		for p, err := range files.Follow(ctx, path, back) {
			r.gate <- struct{}{}
			r.mu.Lock()
			r.text.Write(p)
			r.err = errors.Join(r.err, err)
			r.mu.Unlock()
			<-r.gate
			select {
			case r.more <- struct{}{}:
			default:
			}
		}
	})
	return r
}

// take returns what has come since the last call, in a bubble.
func (r *reader) take() string {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.text.Reset()
	return r.text.String()
}

// await waits until the text ends with line.
func (r *reader) await(line string) {
	for range r.more {
		r.mu.Lock()
		last := bytes.HasSuffix(r.text.Bytes(), []byte(line))
		r.mu.Unlock()
		if last {
			return
		}
	}
}

func TestFollowBeginsBeforeTheEnd(t *testing.T) {
	for _, tt := range []struct {
		back int64
		want string
	}{{0, "new"}, {3, "890new"}, {10, "1234567890new"}, {1 << 62, "1234567890new"}, {-5, "new"}} {
		for _, open := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "log")
				noError(t, os.WriteFile(path, []byte("1234567890"), 0o600))
				var files output.Files
				var f *output.File
				if open {
					f = join(t, &files, path, output.FileOptions{})
				}
				r := follow(&files, path, tt.back)
				defer r.stop()
				synctest.Wait()
				if !open {
					f = join(t, &files, path, output.FileOptions{})
				}
				write(t, f, "new")
				want(t, r.take(), tt.want)
			})
		}
	}
}

func join(t *testing.T, files *output.Files, path string, o output.FileOptions) *output.File {
	t.Helper()
	f, err := files.Open(path, o)
	noError(t, err)
	t.Cleanup(func() { noError(t, f.Close()) })
	return f
}

// followedLog is a new log that is followed for the length of a test in a bubble.
type followedLog struct {
	*output.File
	*reader
	files *output.Files
	path  string
}

func followed(t *testing.T, o output.FileOptions) followedLog {
	t.Helper()
	l := followedLog{files: new(output.Files), path: filepath.Join(t.TempDir(), "log")}
	l.File = join(t, l.files, l.path, o)
	l.reader = follow(l.files, l.path, 0)
	t.Cleanup(l.stop)
	synctest.Wait()
	return l
}

func TestFollowAcrossRotation(t *testing.T) {
	for name, o := range map[string]output.FileOptions{
		"by size":         {MaxBytes: 3, Backups: 2},
		"by time":         {Period: output.Hourly, Backups: 2},
		"without backups": {MaxBytes: 3},
		"compressed":      {MaxBytes: 3, Backups: 2, Compress: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := followed(t, o)
				for _, line := range []string{"1\n", "two\n", "three\n", "4\n", "5\n"} {
					write(t, l.File, line)
					want(t, l.take(), line)
					time.Sleep(time.Hour)
				}
				// Many rotations between two looks.
				l.gate <- struct{}{}
				var all strings.Builder
				for i := range 70 {
					line := fmt.Sprintf("line %d\n", i)
					all.WriteString(line)
					write(t, l.File, line)
					if o.Period > 0 {
						time.Sleep(time.Hour)
					}
				}
				<-l.gate
				want(t, l.take(), all.String())
			})
		})
	}
}

func TestFollowAcrossReopen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := followed(t, output.FileOptions{})
		write(t, l.File, "one\n")
		noError(t, os.Rename(l.path, l.path+".moved"))
		write(t, l.File, "two\n")
		noError(t, l.files.ReopenAll())
		write(t, l.File, "three\n")
		noError(t, l.Reopen()) // to the same file
		write(t, l.File, "four\n")
		want(t, l.take(), "one\ntwo\nthree\nfour\n")

		noError(t, os.Remove(l.path)) // and nobody says so
		write(t, l.File, "five\n")
		pass()
		want(t, l.take(), "five\n")
		write(t, l.File, "six\n")
		want(t, l.take(), "six\n")
		want(t, content(t, l.path), "six\n")

		// Others write to the new file before we do.
		noError(t, os.Remove(l.path))
		noError(t, os.WriteFile(l.path, []byte("seven\n"), 0o600))
		pass()
		want(t, l.take(), "seven\n")
		write(t, l.File, "eight\n")
		want(t, l.take(), "eight\n")
	})
}

func TestFollowAcrossClear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := followed(t, output.FileOptions{})
		write(t, l.File, "one\n")
		noError(t, l.Clear())
		want(t, l.take(), "one\n"+truncated)
		write(t, l.File, "two\n")
		want(t, l.take(), "two\n")
		l.gate <- struct{}{}
		write(t, l.File, "three\n")
		noError(t, l.files.Clear(l.path))
		write(t, l.File, "four\n")
		noError(t, l.files.Clear(l.path))
		write(t, l.File, "five\n")
		<-l.gate
		want(t, l.take(), "three\n"+truncated+"four\n"+truncated+"five\n")
	})
}

func TestFollowAFileThatOthersTruncate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := followed(t, output.FileOptions{})
		write(t, l.File, "before\n")
		want(t, l.take(), "before\n")
		noError(t, os.Truncate(l.path, 0))
		write(t, l.File, "after\n")
		want(t, l.take(), truncated+"after\n")
		noError(t, os.Truncate(l.path, 0))
		pass()
		want(t, l.take(), truncated)
	})
}

// A program that is not running, and another daemon's log.
func TestFollowALogThatNobodyHasOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "logs")
		path := filepath.Join(dir, "log")
		var files output.Files
		r := follow(&files, path, 1024)
		defer r.stop()
		pass()
		noError(t, os.Mkdir(dir, 0o700))
		pass()
		noError(t, os.WriteFile(path, []byte("one\n"), 0o600))
		pass()
		want(t, r.take(), "one\n")
		noError(t, files.Clear(path))
		want(t, r.take(), truncated)
		noError(t, os.WriteFile(path, []byte("two\n"), 0o600))
		noError(t, os.Rename(path, path+".1"))
		noError(t, os.WriteFile(path, []byte("three\n"), 0o600))
		pass()
		want(t, r.take(), "two\nthree\n")

		for _, line := range []string{"run 1\n", "run 2\n"} {
			f, err := files.Open(path, output.FileOptions{})
			noError(t, err)
			write(t, f, line)
			want(t, r.take(), line)
			noError(t, f.Close())
		}
		noError(t, os.Remove(path))
		want(t, errors.Is(files.Clear(path), output.ErrNoFile), true)
	})
}

func TestFollowerThatLagsTooFarSkips(t *testing.T) {
	const line = 100_000
	for name, tt := range map[string]struct {
		o   output.FileOptions
		max int // bytes that are kept at most
	}{
		"rotated":   {output.FileOptions{MaxBytes: 1, Backups: 3}, 66 * line},
		"truncated": {output.FileOptions{MaxBytes: 1}, 1<<20 + 66*line},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := followed(t, tt.o)
				l.gate <- struct{}{}
				for i := range 100 {
					write(t, l.File, strings.Repeat(string(rune('0'+i%10)), line-1)+"\n")
					synctest.Wait()
				}
				<-l.gate
				got := l.take()
				want(t, strings.Count(got, skipped) >= 1, true)
				if len(got) > tt.max {
					t.Errorf("%d bytes were kept", len(got))
				}
				want(t, got[len(got)-2:], "9\n")
				write(t, l.File, "on\n")
				want(t, l.take(), "on\n")
			})
		})
	}
}

func TestFollowOnlyRegularFiles(t *testing.T) {
	dir := t.TempDir()
	var files output.Files
	for _, path := range []string{dir, os.DevNull} {
		var got error
		for p, err := range files.Follow(t.Context(), path, 100) {
			want(t, len(p), 0)
			got = err
		}
		want(t, errors.Is(got, output.ErrNoFile), true)
	}
	for _, err := range files.Follow(t.Context(), strings.Repeat("x", 5000), 0) {
		want(t, err != nil && !errors.Is(err, output.ErrNoFile), true)
	}
}

func TestFollowEndsWithItsConsumer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	noError(t, os.WriteFile(path, []byte(strings.Repeat("x", 1<<20)), 0o600))
	var files output.Files
	f := join(t, &files, path, output.FileOptions{})
	for p, err := range files.Follow(t.Context(), path, 1<<20) {
		noError(t, err)
		want(t, len(p), 64<<10)
		write(t, f, "x") // no lock is held
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	count := 0
	for _, err := range files.Follow(ctx, path, 1<<20) {
		noError(t, err)
		count++
		cancel()
	}
	want(t, count, 1)
}

// arrived checks that each writer's numbered lines are all there, once and in order.
func arrived(t *testing.T, r *reader, count []int) {
	t.Helper()
	seen := make([]int, len(count))
	for line := range strings.Lines(strings.ReplaceAll(r.text.String(), truncated, "")) {
		var w, i int
		if _, err := fmt.Sscanf(line, "%d %d\n", &w, &i); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if i != seen[w] {
			t.Fatalf("writer %d: line %d, want %d", w, i, seen[w])
		}
		seen[w]++
	}
	want(t, seen, count)
}

func TestFollowersMissNothing(t *testing.T) {
	const lines = 1500
	for name, o := range map[string]output.FileOptions{
		"rotated":         {MaxBytes: 300, Backups: 3},
		"compressed":      {MaxBytes: 300, Backups: 3, Compress: true},
		"without backups": {MaxBytes: 300},
		"never rotated":   {},
	} {
		for _, clear := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", cleared ", clear), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "log")
				var files output.Files
				readers := []*reader{follow(&files, path, 1024), follow(&files, path, 1024), follow(&files, path, 1024)}
				f := join(t, &files, path, o)
				write(t, f, "3 0\n")
				for _, r := range readers {
					r.await("3 0\n")
				}
				meanwhile := []func() error{f.Reopen}
				if clear {
					meanwhile = append(meanwhile, f.Clear)
				}
				n := writers(t, f, lines, meanwhile...)
				write(t, f, "3 1\n")
				for _, r := range readers {
					r.await("3 1\n")
					r.stop()
					noError(t, r.err)
					arrived(t, r, append(count(n, lines), 2))
				}
				files.Close()
			})
		}
	}
}

func count(n, lines int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = lines
	}
	return all
}

func TestClearTakesNothingFromAFollowerWhoLags(t *testing.T) {
	const size = 3 << 20
	synctest.Test(t, func(t *testing.T) {
		l := followed(t, output.FileOptions{})
		noError(t, os.Chmod(l.path, 0o640))
		l.gate <- struct{}{} // a slow consumer
		for range size / 1024 {
			write(t, l.File, strings.Repeat("x", 1024))
		}
		noError(t, l.Clear())
		write(t, l.File, "after\n")
		<-l.gate
		got := l.take()
		want(t, strings.TrimLeft(got, "x"), truncated+"after\n")
		want(t, len(got), size+len(truncated+"after\n"))
		text, err := os.ReadFile(l.path)
		noError(t, err)
		want(t, string(text), "after\n")
		info, err := os.Stat(l.path)
		noError(t, err)
		want(t, info.Mode(), os.FileMode(0o640))
		names, err := os.ReadDir(filepath.Dir(l.path))
		noError(t, err)
		want(t, len(names), 1)
	})
}
