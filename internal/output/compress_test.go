package output_test

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"supervisord/internal/output"
	"supervisord/internal/testenv"
)

// unzip reads a whole log, compressed or not.
func unzip(t *testing.T, path string) string {
	t.Helper()
	file, err := os.Open(path)
	noError(t, err)
	defer file.Close()
	zip, err := gzip.NewReader(file)
	noError(t, err)
	data, err := io.ReadAll(zip)
	noError(t, err)
	return string(data)
}

// logs are the decompressed contents of all files of dir.
func logs(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for name := range sizes(t, dir) {
		path := filepath.Join(dir, name)
		if strings.HasSuffix(name, ".gz") {
			all[name] = unzip(t, path)
		} else {
			all[name] = content(t, path)
		}
	}
	return all
}

func TestBackupsAreCompressed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "log")
		f := openFile(t, path, output.FileOptions{MaxBytes: 2, Backups: 3, Compress: true, Mode: 0o640})
		for _, line := range []string{"1\n", "2\n", "3\n", "4\n"} {
			write(t, f, line)
			synctest.Wait()
		}
		write(t, f, "5")
		want(t, logs(t, dir), map[string]string{"log": "5", "log.1.gz": "4\n", "log.2.gz": "3\n", "log.3.gz": "2\n"})
		info, err := os.Stat(path + ".1.gz")
		noError(t, err)
		want(t, info.Mode().Perm(), os.FileMode(0o640))
	})
}

func TestBackupsOfASymbolicLinkAndWithoutBackups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, data := t.TempDir(), t.TempDir()
		link := filepath.Join(dir, "log")
		noError(t, os.Symlink(filepath.Join(data, "target"), link))
		f := openFile(t, link, output.FileOptions{MaxBytes: 1, Backups: 1, Compress: true})
		g := openFile(t, filepath.Join(data, "none"), output.FileOptions{MaxBytes: 1, Compress: true})
		for _, s := range []string{"1", "2", "3"} {
			write(t, f, s)
			write(t, g, s)
			synctest.Wait()
		}
		want(t, logs(t, dir), map[string]string{"log": "", "log.1.gz": "3"})
		want(t, logs(t, data), map[string]string{"target": "", "none": ""})
	})
}

// Switching compression on and off leaves one sequence of backups.
func TestRotationShiftsBothForms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "log")
		for i, o := range []output.FileOptions{
			{MaxBytes: 1, Backups: 4},
			{MaxBytes: 1, Backups: 4, Compress: true}, // finds the backup of the run before
			{MaxBytes: 1, Backups: 4},
			{MaxBytes: 1, Backups: 4},
			{MaxBytes: 1, Backups: 4},
			{MaxBytes: 1, Backups: 3},
			{MaxBytes: 1, Backups: 1},
		} {
			var files output.Files
			f, err := files.Open(path, o)
			noError(t, err)
			write(t, f, fmt.Sprint(i))
			synctest.Wait()
			noError(t, f.Close())
			files.Close()
			want(t, logs(t, dir), []map[string]string{
				{"log": "", "log.1": "0"},
				{"log": "", "log.1.gz": "1", "log.2.gz": "0"},
				{"log": "", "log.1": "2", "log.2.gz": "1", "log.3.gz": "0"},
				{"log": "", "log.1": "3", "log.2": "2", "log.3.gz": "1", "log.4.gz": "0"},
				{"log": "", "log.1": "4", "log.2": "3", "log.3": "2", "log.4.gz": "1"},
				{"log": "", "log.1": "5", "log.2": "4", "log.3": "3", "log.4.gz": "1"},
				{"log": "", "log.1": "6", "log.2": "4", "log.3": "3", "log.4.gz": "1"},
			}[i])
		}
	})
}

func TestCompressionCleansUpAfterACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "log")
		noError(t, os.WriteFile(path+".gz.part", []byte("half"), 0o600))
		noError(t, os.WriteFile(path+".1", []byte("one"), 0o600))
		noError(t, os.WriteFile(path+".1.gz", []byte("the same, but nobody has removed the other"), 0o600))
		noError(t, os.WriteFile(path+".2", []byte("two"), 0o600))
		openFile(t, path, output.FileOptions{Backups: 5, Compress: true})
		synctest.Wait()
		want(t, logs(t, dir), map[string]string{"log": "", "log.1.gz": "one", "log.2.gz": "two"})
	})
}

func TestCompressionThatFailsSaysSoOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "log")
		noError(t, os.Mkdir(path+".gz.part", 0o700))
		var j testenv.Journal
		f := openFile(t, path, output.FileOptions{MaxBytes: 1, Backups: 5, Compress: true, Log: j.Logger()})
		for range 2 {
			write(t, f, "x")
			synctest.Wait()
		}
		line := "level=WARN msg=\"backup of log file cannot be compressed and stays as it is\" path=" + path +
			" err=\"open " + path + ".gz.part: file exists\"\n"
		want(t, j.String(), line)
		want(t, content(t, path+".1")+content(t, path+".2"), "xx")
		noError(t, os.Remove(path+".gz.part"))
		write(t, f, "x")
		synctest.Wait()
		want(t, logs(t, dir), map[string]string{"log": "", "log.1.gz": "x", "log.2.gz": "x", "log.3.gz": "x"})
		want(t, j.String(), line)
	})
}

// A program that has ended leaves its log, and the compression goes on without it.
func TestCompressionGoesOnAfterFileClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "log")
		var files output.Files
		big := strings.Repeat("0123456789abcdef", 1<<16)
		for range 2 {
			f, err := files.Open(path, output.FileOptions{MaxBytes: 1, Backups: 2, Compress: true})
			noError(t, err)
			write(t, f, big)
			noError(t, f.Close())
		}
		synctest.Wait()
		want(t, logs(t, dir), map[string]string{"log": "", "log.1.gz": big, "log.2.gz": big})
	})
}

func TestFilesStaySharedWhileBackupsAreCompressed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "log")
		var files output.Files
		f := join(t, &files, path, output.FileOptions{Compress: true})
		synctest.Wait()
		want(t, join(t, &files, path, output.FileOptions{}) == f, true)
	})
}

// Whenever compression is broken off, each backup is there in exactly one form.
func TestCloseBreaksCompressionOff(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	big := strings.Repeat("0123456789abcdef", 1<<16)
	for i := range 20 {
		f, err := output.OpenFile(path, output.FileOptions{MaxBytes: 1, Backups: 3, Compress: true})
		noError(t, err)
		write(t, f, big)
		noError(t, f.Close())
		got := logs(t, dir)
		want(t, len(got), 1+min(3, i+1))
		for name, text := range got {
			if name != "log" && text != big {
				t.Fatalf("%s: %d bytes, want %d", name, len(text), len(big))
			}
		}
	}
}

// backups gives the lines of all backups of path to next, oldest first.
func backups(t *testing.T, path string, next func(writer, i int)) {
	t.Helper()
	for n := 9999; n >= 0; n-- {
		name := fmt.Sprintf("%s.%d", path, n)
		var text string
		switch {
		case n == 0:
			text = content(t, path)
		case exists(name) && exists(name+".gz"):
			t.Fatalf("%s has two forms", name)
		case exists(name):
			text = content(t, name)
		case exists(name + ".gz"):
			text = unzip(t, name+".gz")
		}
		for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
			var w, i int
			if _, err := fmt.Sscanf(lines.Text(), "%d %d", &w, &i); err != nil {
				t.Fatalf("%s: %q: %v", name, lines.Text(), err)
			}
			next(w, i)
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, os.ErrNotExist)
}

func TestNothingIsLostWhileBackupsAreCompressed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var files output.Files
	const lines = 1000
	f, err := files.Open(path, output.FileOptions{MaxBytes: 500, Backups: 9999, Compress: true})
	noError(t, err)
	n := writers(t, f, lines, f.Reopen)
	noError(t, f.Close())
	files.Close()
	seen := make([]int, n)
	backups(t, path, func(w, i int) {
		if i != seen[w] {
			t.Fatalf("writer %d: line %d, want %d", w, i, seen[w])
		}
		seen[w]++
	})
	want(t, seen, []int{lines, lines, lines})
	want(t, exists(path+".gz.part"), false)
}

// Few backups and fast rotation: what is compressed is shifted out meanwhile.
func TestBackupsThatAreShiftedOutWhileTheyAreCompressed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	var files output.Files
	f, err := files.Open(path, output.FileOptions{MaxBytes: 500, Backups: 2, Compress: true})
	noError(t, err)
	n := writers(t, f, 2000)
	noError(t, f.Close())
	files.Close()
	seen := make([]int, n)
	backups(t, path, func(w, i int) {
		if seen[w] != 0 && i != seen[w] {
			t.Fatalf("writer %d: line %d, want %d", w, i, seen[w])
		}
		seen[w] = i + 1
	})
	want(t, exists(path+".gz.part") || exists(path+".3") || exists(path+".3.gz"), false)
}

func TestCompressedLogsByTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		f := openFile(t, filepath.Join(dir, "log"), output.FileOptions{Period: output.Daily, Backups: 7, Compress: true})
		for day := range 9 {
			write(t, f, fmt.Sprint("day ", day))
			time.Sleep(24 * time.Hour)
		}
		want(t, logs(t, dir), map[string]string{
			"log": "day 8", "log.1.gz": "day 7", "log.2.gz": "day 6", "log.3.gz": "day 5",
			"log.4.gz": "day 4", "log.5.gz": "day 3", "log.6.gz": "day 2", "log.7.gz": "day 1",
		})
	})
}

// A log that is rotated all the time does not keep others from being compressed.
func TestCompressionTakesTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		logTo := func(f func()) *slog.Logger { // calls f for each line
			return slog.New(slog.NewTextHandler(sinkFunc(func([]byte) { f() }), nil))
		}
		stuck := func(name string) string { // a log whose compression fails
			path := filepath.Join(dir, name)
			noError(t, os.Mkdir(path+".gz.part", 0o700))
			noError(t, os.WriteFile(path+".1", nil, 0o600))
			return path
		}
		busy := filepath.Join(dir, "busy")
		for i := range 5 {
			noError(t, os.WriteFile(fmt.Sprintf("%s.%d", busy, i+1), []byte("x"), 0o600))
		}
		var files output.Files
		o := output.FileOptions{Backups: 5, Compress: true}
		open := make(chan struct{})
		o.Log = logTo(func() { <-open })
		join(t, &files, stuck("first"), o) // holds the worker up until all others wait
		o.Log = nil
		join(t, &files, busy, o)
		var before []string
		o.Log = logTo(func() { before, _ = filepath.Glob(busy + ".*.gz") })
		join(t, &files, stuck("other"), o)
		close(open)
		synctest.Wait()
		want(t, before, []string{busy + ".1.gz"})
		all, err := filepath.Glob(busy + ".*.gz")
		noError(t, err)
		want(t, len(all), 5)
	})
}
