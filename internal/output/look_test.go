package output_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"supervisord/internal/output"
	"supervisord/internal/testenv"
)

// pass lets so much time go by that the next write looks after its file.
func pass() { time.Sleep(1001 * time.Millisecond) }

func TestFileNoticesThatItWasMovedOrRemoved(t *testing.T) {
	for name, do := range map[string]func(path string) error{
		"moved":    func(path string) error { return os.Rename(path, path+".moved") },
		"removed":  os.Remove,
		"replaced": func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600)) },
		"its directory vanished and came back": func(path string) error {
			dir := filepath.Dir(path)
			return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700))
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "logs")
				noError(t, os.Mkdir(dir, 0o700))
				path := filepath.Join(dir, "log")
				var j testenv.Journal
				f := openFile(t, path, output.FileOptions{Log: j.Logger()})
				write(t, f, "before")
				noError(t, do(path))
				pass()
				write(t, f, "after")
				pass()
				write(t, f, "wards")
				want(t, content(t, path), "afterwards")
				want(t, j.String(), "level=INFO msg=\"log file "+path+" was moved or removed by others and is opened anew\" path="+path+"\n")
			})
		})
	}
}

func TestFileWaitsForItsDirectory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		top := t.TempDir()
		dir := filepath.Join(top, "logs")
		noError(t, os.Mkdir(dir, 0o700))
		path := filepath.Join(dir, "log")
		var j testenv.Journal
		f := openFile(t, path, output.FileOptions{Log: j.Logger()})

		// Moved away, the file still has a name: nothing is lost.
		noError(t, os.Rename(dir, dir+".old"))
		for range 3 {
			pass()
			write(t, f, "x")
		}
		want(t, content(t, filepath.Join(dir+".old", "log")), "xxx")
		noError(t, os.Rename(dir+".old", dir))
		pass()
		write(t, f, "y")
		want(t, content(t, path), "xxxy")
		astray := "level=WARN msg=\"log file was moved or removed by others and cannot be opened anew\" path=" + path +
			" err=\"open " + path + ": no such file or directory\"\n"
		want(t, j.String(), astray)

		// Removed, it has none.
		noError(t, os.RemoveAll(dir))
		pass()
		_, err := f.Write([]byte("lost"))
		want(t, errors.Is(err, fs.ErrNotExist), true)
		noError(t, os.Mkdir(dir, 0o700))
		write(t, f, "again")
		want(t, content(t, path), "again")
		want(t, f.Lost(), uint64(4))
		want(t, j.String(), astray+astray+
			"level=ERROR msg=\"log file cannot be written, output is lost\" path="+path+" err=\"open "+path+": no such file or directory\"\n"+
			"level=WARN msg=\"log file "+path+" is written again, 4 bytes were lost\" path="+path+" lost_bytes=4\n")
	})
}

// As logrotate's copytruncate does.
func TestFileNoticesThatItWasTruncated(t *testing.T) {
	for name, tt := range map[string]struct{ max int64 }{"with a limit": {100}, "without": {0}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				path := filepath.Join(dir, "log")
				var j testenv.Journal
				f := openFile(t, path, output.FileOptions{MaxBytes: tt.max, Backups: 1, Log: j.Logger()})
				write(t, f, "0123456789")
				noError(t, os.Truncate(path, 0))
				pass()
				write(t, f, "new")
				pass()
				write(t, f, "er")
				want(t, content(t, path), "newer")
				want(t, j.String(), "level=INFO msg=\"log file "+path+" was truncated by others\" path="+path+"\n")
			})
		})
	}
}
