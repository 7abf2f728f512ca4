package output_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"supervisord/internal/output"
	"supervisord/internal/testenv"
)

// The sizes are those of Python's supervisord for the same writes.
func TestFileRotatesBySize(t *testing.T) {
	six := []int{52, 52, 52, 52, 52, 52}
	burst := []int{65536, 65536, 65536, 65536, 37856}
	tests := map[string]struct {
		max     int64
		backups int
		writes  []int
		want    map[string]int64
	}{
		"two backups":           {100, 2, six, map[string]int64{"log": 0, "log.1": 104, "log.2": 104}},
		"no backups":            {100, 0, six[:5], map[string]int64{"log": 52}},
		"one backup":            {100, 1, six[:5], map[string]int64{"log": 52, "log.1": 104}},
		"never":                 {0, 2, six, map[string]int64{"log": 312}},
		"at the limit":          {52, 9, six[:2], map[string]int64{"log": 0, "log.1": 52, "log.2": 52}},
		"below the limit":       {53, 9, six[:1], map[string]int64{"log": 52}},
		"a write is not split":  {1000, 3, burst, map[string]int64{"log": 0, "log.1": 37856, "log.2": 65536, "log.3": 65536}},
		"backups beyond reason": {52, 1 << 40, six[:1], map[string]int64{"log": 0, "log.1": 52}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			f := openFile(t, filepath.Join(dir, "log"), output.FileOptions{MaxBytes: tt.max, Backups: tt.backups})
			for _, n := range tt.writes {
				write(t, f, strings.Repeat("x", n))
			}
			want(t, sizes(t, dir), tt.want)
		})
	}
}

func TestFileRotatesAnOldLogAfterTheFirstWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	noError(t, os.WriteFile(path, []byte("of yesterday\n"), 0o600))
	f := openFile(t, path, output.FileOptions{MaxBytes: 10, Backups: 1})
	want(t, sizes(t, dir), map[string]int64{"log": 13})
	write(t, f, "today\n")
	want(t, content(t, path+".1"), "of yesterday\ntoday\n")
}

func TestFileShiftsUpToTheFirstGap(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	noError(t, os.WriteFile(path+".1", []byte("one"), 0o600))
	noError(t, os.WriteFile(path+".3", []byte("three"), 0o600))
	f := openFile(t, path, output.FileOptions{MaxBytes: 3, Backups: 5})
	write(t, f, "new")
	want(t, content(t, path+".1")+" "+content(t, path+".2")+" "+content(t, path+".3"), "new one three")
}

func TestFileKeepsItsModeAcrossRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	f := openFile(t, path, output.FileOptions{MaxBytes: 1, Backups: 1, Mode: 0o600})
	write(t, f, "x")
	for _, p := range []string{path, path + ".1"} {
		info, err := os.Stat(p)
		noError(t, err)
		want(t, info.Mode().Perm(), fs.FileMode(0o600))
	}
}

func TestFileSeesWhatOthersDoToItsSize(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	f := openFile(t, path, output.FileOptions{MaxBytes: 10, Backups: 1})
	write(t, f, "12345678")
	noError(t, os.Truncate(path, 0)) // by somebody else
	write(t, f, "1234")
	want(t, sizes(t, dir), map[string]int64{"log": 4})
	other, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	noError(t, err)
	_, err = other.WriteString("56789")
	noError(t, errors.Join(err, other.Close()))
	write(t, f, "0")
	want(t, content(t, path+".1"), "1234567890")
}

func TestFileClear(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	f := openFile(t, path, output.FileOptions{MaxBytes: 4, Backups: 1})
	write(t, f, "old\n")
	write(t, f, "new")
	noError(t, f.Clear())
	want(t, sizes(t, dir), map[string]int64{"log": 0, "log.1": 4})
	write(t, f, "end")
	want(t, content(t, path), "end")

	noError(t, os.Remove(path))
	noError(t, f.Clear())
	write(t, f, "x")
	want(t, content(t, path), "x")
}

// A log that was removed is written on, out of sight, until it is opened again: under
// Python's supervisord by a signal, here also when a second has passed.
func TestFileWritesToARemovedLogUntilReopen(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	f := openFile(t, path, output.FileOptions{})
	noError(t, os.Rename(path, path+".moved"))
	write(t, f, "before")
	want(t, sizes(t, dir), map[string]int64{"log.moved": 6})
	noError(t, f.Reopen())
	write(t, f, "after")
	want(t, content(t, path), "after")
}

func TestFileDoesNotRotateAForeignFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	f := openFile(t, path, output.FileOptions{MaxBytes: 4, Backups: 2})
	noError(t, os.Rename(path, path+".moved"))
	noError(t, os.WriteFile(path, []byte("foreign"), 0o600))
	write(t, f, "full")
	want(t, sizes(t, dir), map[string]int64{"log": 7, "log.moved": 4})
}

func TestFileFollowsASymbolicLinkAndLeavesIt(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	target, link := filepath.Join(data, "target"), filepath.Join(dir, "log")
	noError(t, os.WriteFile(target, nil, 0o600))
	noError(t, os.Symlink(target, link))
	f := openFile(t, link, output.FileOptions{MaxBytes: 4, Backups: 2})
	for _, s := range []string{"one\n", "two\n", "three\n", "end"} {
		write(t, f, s)
	}
	to, err := os.Readlink(link)
	noError(t, err)
	want(t, []string{to, content(t, target), content(t, link+".1"), content(t, link+".2")},
		[]string{target, "end", "three\n", "two\n"})

	noError(t, f.Clear())
	_, err = os.Readlink(link)
	noError(t, err)
	want(t, sizes(t, data), map[string]int64{"target": 0})
}

func TestFileGrowsOnIfItCannotRotate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	noError(t, os.Mkdir(path+".1", 0o700))
	var j testenv.Journal
	f := openFile(t, path, output.FileOptions{MaxBytes: 4, Backups: 2, Log: j.Logger()})
	for range 7 {
		write(t, f, "x")
	}
	line := "level=ERROR msg=\"log file cannot be rotated and grows on\" path=" + path +
		" err=\"" + path + ".1 is not a regular file\"\n"
	want(t, j.String(), line)
	write(t, f, "x") // another 4 bytes: tried again
	want(t, j.String(), line+line)
	noError(t, os.Remove(path+".1"))
	write(t, f, "xxxx")
	want(t, sizes(t, dir), map[string]int64{"log": 0, "log.1": 12})
}

func TestFileSurvivesItsDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	path := filepath.Join(dir, "log")
	noError(t, os.Mkdir(dir, 0o700))
	var j testenv.Journal
	f := openFile(t, path, output.FileOptions{MaxBytes: 4, Backups: 2, Log: j.Logger()})
	noError(t, os.RemoveAll(dir))
	write(t, f, "to the removed file") // rotation finds that out
	_, err := f.Write([]byte("lost"))
	want(t, errors.Is(err, fs.ErrNotExist), true)
	_, err = f.Write([]byte("lost, too"))
	want(t, errors.Is(err, fs.ErrNotExist), true)
	want(t, errors.Is(f.Reopen(), fs.ErrNotExist), true)
	noError(t, os.Mkdir(dir, 0o700))
	write(t, f, "and")
	want(t, content(t, path), "and")
	want(t, j.String(), ""+
		"level=ERROR msg=\"log file cannot be rotated and grows on\" path="+path+" err=\"open "+path+": no such file or directory\"\n"+
		"level=ERROR msg=\"log file cannot be written, output is lost\" path="+path+" err=\"open "+path+": no such file or directory\"\n"+
		"level=WARN msg=\"log file "+path+" is written again, 13 bytes were lost\" path="+path+" lost_bytes=13\n")
}

func TestFileAfterClose(t *testing.T) {
	f, err := output.OpenFile(filepath.Join(t.TempDir(), "log"), output.FileOptions{})
	noError(t, err)
	noError(t, f.Close())
	noError(t, errors.Join(f.Close(), f.Clear(), f.Reopen()))
	_, err = f.Write([]byte("x"))
	want(t, errors.Is(err, fs.ErrClosed), true)
}
