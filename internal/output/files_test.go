package output_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"supervisord/internal/output"
)

func TestFilesShareOneFilePerPath(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	noError(t, os.Symlink(dir, filepath.Join(dir, "here")))
	var files output.Files
	a, err := files.Open(path, output.FileOptions{})
	noError(t, err)
	b, err := files.Open(filepath.Join(dir, "here", "log"), output.FileOptions{MaxBytes: 6, Backups: 1})
	noError(t, err)
	want(t, a == b, true)

	noError(t, a.Close())
	write(t, b, "alive\n") // and the later options hold
	want(t, content(t, path+".1"), "alive\n")
	noError(t, b.Close())
	_, err = b.Write([]byte("x"))
	want(t, errors.Is(err, fs.ErrClosed), true)

	c, err := files.Open(path, output.FileOptions{})
	noError(t, err)
	write(t, c, "new life")
	noError(t, c.Close())
}

func TestFilesTellApartWhatALinkLedToAtDifferentTimes(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	var files output.Files
	for _, name := range []string{"a", "b", "a"} {
		_ = os.Mkdir(filepath.Join(dir, name), 0o700) // the second time it is there
		_ = os.Remove(link)                           // the first time it is not there
		noError(t, os.Symlink(name, link))
		f := join(t, &files, filepath.Join(link, "log"), output.FileOptions{})
		want(t, join(t, &files, filepath.Join(dir, name, "log"), output.FileOptions{}) == f, true)
		write(t, f, name)
	}
	want(t, content(t, filepath.Join(dir, "a", "log"))+content(t, filepath.Join(dir, "b", "log")), "aab")
}

func TestFilesForgetsAFailedOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "log")
	var files output.Files
	_, err := files.Open(path, output.FileOptions{})
	want(t, errors.Is(err, fs.ErrNotExist), true)
	noError(t, os.Mkdir(filepath.Dir(path), 0o700))
	f, err := files.Open(path, output.FileOptions{})
	noError(t, err)
	noError(t, f.Close())
}

func TestFilesReopenAll(t *testing.T) {
	dir := t.TempDir()
	var files output.Files
	for _, name := range []string{"a", "b"} {
		path := filepath.Join(dir, name)
		f, err := files.Open(path, output.FileOptions{})
		noError(t, err)
		defer f.Close()
		noError(t, os.Rename(path, path+".old"))
	}
	noError(t, files.ReopenAll())
	want(t, sizes(t, dir), map[string]int64{"a": 0, "a.old": 0, "b": 0, "b.old": 0})
}

func TestFilesClear(t *testing.T) {
	dir := t.TempDir()
	var files output.Files
	path := filepath.Join(dir, "log")
	want(t, errors.Is(files.Clear(path), output.ErrNoFile), true)
	noError(t, os.WriteFile(path, []byte("of a stopped program"), 0o600))
	noError(t, files.Clear(path))
	f, err := files.Open(path, output.FileOptions{})
	noError(t, err)
	write(t, f, "of a running one")
	noError(t, files.Clear(path))
	want(t, sizes(t, dir), map[string]int64{"log": 0})
	noError(t, f.Close())
}
