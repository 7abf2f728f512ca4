package output_test

import (
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"supervisord/internal/output"
)

// lagged follows a log that has a first line, reads that line and then nothing until it is
// called: then it returns all that has come meanwhile, up to and including last.
func lagged(t *testing.T, files *output.Files, path, last string) (read func() string) {
	t.Helper()
	noError(t, os.WriteFile(path, []byte("first\n"), 0o640))
	next, stop := iter.Pull2(files.Follow(t.Context(), path, 100))
	t.Cleanup(stop)
	take := func() string {
		p, err, _ := next()
		noError(t, err)
		return string(p)
	}
	want(t, take(), "first\n")
	return func() string {
		var text strings.Builder
		for !strings.HasSuffix(text.String(), last) && text.Len() < 8<<20 {
			text.WriteString(take())
		}
		return text.String()
	}
}

// What a daemon has left that was killed while it emptied a log is in nobody's way.
func TestClearAfterAClearThatWasKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var files output.Files
	read := lagged(t, &files, path, "after\n")
	f := join(t, &files, path, output.FileOptions{})
	text := strings.Repeat("x", 3<<20)
	write(t, f, text)
	noError(t, os.WriteFile(path+".new", []byte("stale"), 0o600))
	noError(t, f.Clear())
	write(t, f, "after\n")
	if got := read(); got != text+truncated+"after\n" {
		t.Errorf("%d bytes, %d of them x, %d times %q", len(got), strings.Count(got, "x"), strings.Count(got, skipped), skipped)
	}
	want(t, sizes(t, filepath.Dir(path)), map[string]int64{"log": 6})
}

// What is in the way of an empty file and is no file stays: the log is emptied in place.
func TestClearLeavesWhatIsNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var files output.Files
	read := lagged(t, &files, path, "after\n")
	f := join(t, &files, path, output.FileOptions{})
	noError(t, os.Symlink("elsewhere", path+".new"))
	write(t, f, strings.Repeat("x", 3<<20))
	noError(t, f.Clear())
	write(t, f, "after\n")
	want(t, strings.ReplaceAll(read(), "x", ""), skipped+truncated+"after\n")
	to, err := os.Readlink(path + ".new")
	want(t, []any{to, err}, []any{"elsewhere", nil})
}

// All that a follower misses is told, also if it is cleared after many rotations.
func TestClearAfterManyRotationsSkipsWithAWord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var files output.Files
	read := lagged(t, &files, path, "after\n")
	f := join(t, &files, path, output.FileOptions{MaxBytes: 100, Backups: 3})
	write(t, f, strings.Repeat("-", 99)+"\n")
	for range 63 {
		write(t, f, strings.Repeat("r", 99)+"\n")
	}
	join(t, &files, path, output.FileOptions{Backups: 3}) // rotates no more
	write(t, f, strings.Repeat("x", 2<<20))
	noError(t, f.Clear())
	write(t, f, "after\n")
	want(t, strings.TrimLeft(read(), "-\n"), skipped+truncated+"after\n")
}

// A follower that does not read keeps the disk from getting the space of removed files
// back: not more than 1 GiB of it.
func TestFollowerHoldsSoMuchOnly(t *testing.T) {
	const size = 400 << 20
	path := filepath.Join(t.TempDir(), "log")
	var files output.Files
	read := lagged(t, &files, path, "end\n")
	f := join(t, &files, path, output.FileOptions{MaxBytes: size, Backups: 1})
	noError(t, os.Remove(path))
	for range 4 {
		noError(t, f.Reopen())
		noError(t, os.Truncate(path, size)) // sparse
		noError(t, f.Reopen())              // sees the size
		write(t, f, "\n")
	}
	write(t, f, "end\n")
	got := read()
	if got != skipped+"end\n" {
		t.Errorf("%d bytes, beginning with %q", len(got), got[:min(100, len(got))])
	}
}

// The first follower has come before there was a log, the second one after.
func TestFollowersWhoCameBeforeTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "log")
		var files output.Files
		first := follow(&files, path, 100)
		defer first.stop()
		synctest.Wait()
		noError(t, os.WriteFile(path, []byte("one\n"), 0o600))
		second := follow(&files, path, 100)
		defer second.stop()
		want(t, []string{first.take(), second.take()}, []string{"one\n", "one\n"})
		noError(t, files.Clear(path))
		f := join(t, &files, path, output.FileOptions{MaxBytes: 1})
		write(t, f, "two\n")
		want(t, []string{first.take(), second.take()}, []string{truncated + "two\n", truncated + "two\n"})
	})
}
