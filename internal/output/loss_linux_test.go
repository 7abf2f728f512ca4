package output_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"supervisord/internal/output"
	"supervisord/internal/testenv"
)

func TestFileCountsWhatAFullDeviceLoses(t *testing.T) {
	link := filepath.Join(t.TempDir(), "log")
	noError(t, os.Symlink("/dev/full", link))
	var j testenv.Journal
	f := openFile(t, link, output.FileOptions{MaxBytes: 1, Backups: 1, Log: j.Logger()})
	for range 3 {
		_, err := f.Write([]byte("12345"))
		want(t, errors.Is(err, unix.ENOSPC), true)
	}
	noError(t, f.Clear())
	noError(t, os.Remove(link))
	noError(t, f.Reopen())
	write(t, f, "x")
	want(t, j.String(), ""+
		"level=ERROR msg=\"log file cannot be written, output is lost\" path="+link+" err=\"write "+link+": no space left on device\"\n"+
		"level=WARN msg=\"log file "+link+" is written again, 15 bytes were lost\" path="+link+" lost_bytes=15\n")
}

func TestFileOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("cannot mount a small file system here: %v", err)
	}
	t.Cleanup(func() { noError(t, unix.Unmount(dir, 0)) })
	path := filepath.Join(dir, "log")
	var j testenv.Journal
	f, err := output.OpenFile(path, output.FileOptions{Log: j.Logger()})
	noError(t, err)
	chunk := []byte(strings.Repeat("0123456789", 1000))
	var written, lost int64
	for range 10 {
		n, err := f.Write(chunk)
		written += int64(n)
		if err != nil {
			want(t, errors.Is(err, unix.ENOSPC), true)
			lost += int64(len(chunk) - n)
		}
	}
	want(t, sizes(t, dir), map[string]int64{"log": written})
	want(t, []int64{written, lost}, []int64{65536, 34464})
	want(t, f.Lost(), uint64(34464))
	noError(t, f.Clear())
	write(t, f, "again")
	want(t, content(t, path), "again")
	want(t, j.String(), ""+
		"level=ERROR msg=\"log file cannot be written, output is lost\" path="+path+" err=\"write "+path+": no space left on device\"\n"+
		"level=WARN msg=\"log file "+path+" is written again, 34464 bytes were lost\" path="+path+" lost_bytes=34464\n")
	noError(t, f.Close())
}

// What was written in part counts as far as it was written: once there is room again,
// the file is rotated where it should be, and nothing but what is counted is missing.
func TestFileOnAFullDiskKeepsItsBooks(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("cannot mount a small file system here: %v", err)
	}
	t.Cleanup(func() { noError(t, unix.Unmount(dir, 0)) })
	ballast := filepath.Join(dir, "ballast")
	noError(t, os.WriteFile(ballast, make([]byte, 40<<10), 0o600))
	path := filepath.Join(dir, "log")
	f, err := output.OpenFile(path, output.FileOptions{MaxBytes: 30_000, Backups: 1})
	noError(t, err)
	chunk := []byte(strings.Repeat("0123456789", 1000))
	n, err := f.Write(chunk)
	want(t, []any{n, err}, []any{10_000, nil})
	for range 3 {
		_, _ = f.Write(chunk)
	}
	want(t, sizes(t, dir), map[string]int64{"ballast": 40 << 10, "log": 24 << 10})
	want(t, f.Lost(), uint64(40_000-24<<10))
	noError(t, os.Remove(ballast))
	write(t, f, string(chunk[:30_000-24<<10-1]))
	want(t, sizes(t, dir), map[string]int64{"log": 29_999})
	write(t, f, "x")
	want(t, sizes(t, dir), map[string]int64{"log": 0, "log.1": 30_000})
	noError(t, f.Close())
}

func TestFileToAFifo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	noError(t, unix.Mkfifo(path, 0o600))
	var j testenv.Journal
	f := openFile(t, path, output.FileOptions{MaxBytes: 1, Backups: 1, Log: j.Logger()})
	f.SetWait(time.Millisecond)

	_, err := f.Write([]byte("nobody"))
	want(t, err != nil, true)

	reader, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	noError(t, err)
	write(t, f, "hello")
	noError(t, errors.Join(f.Clear(), f.Reopen()))
	buf := make([]byte, 100)
	n, err := reader.Read(buf)
	noError(t, err)
	want(t, string(buf[:n]), "hello")

	// A reader that stands still costs the rest of the output, not the program.
	n, err = f.Write(make([]byte, 100_000))
	want(t, n < 100_000 && errors.Is(err, os.ErrDeadlineExceeded), true)
	noError(t, reader.Close())
	info, err := os.Lstat(path)
	noError(t, err)
	want(t, info.Mode().Type(), os.ModeNamedPipe)
}

// Python's supervisord unlinks the device (its issue tracker speaks of a lost
// /dev/null); here it stays whatever is asked for. The device is a private one.
func TestFileNeverReplacesADevice(t *testing.T) {
	dir := t.TempDir()
	device, link := filepath.Join(dir, "null"), filepath.Join(dir, "link")
	if err := unix.Mknod(device, unix.S_IFCHR|0o600, int(unix.Mkdev(1, 3))); err != nil {
		t.Skipf("cannot make a device here: %v", err)
	}
	noError(t, os.Symlink(device, link))
	var files output.Files
	for _, path := range []string{device, link} {
		f, err := files.Open(path, output.FileOptions{MaxBytes: 1, Backups: 3})
		if errors.Is(err, os.ErrPermission) {
			t.Skip("devices cannot be used in the temporary directory")
		}
		noError(t, err)
		write(t, f, "x")
		noError(t, errors.Join(f.Clear(), f.Reopen(), files.Clear(path), f.Close()))
		want(t, errors.Is(files.Clear(path), output.ErrNoFile), true)
	}
	want(t, len(sizes(t, dir)), 2)
	info, err := os.Lstat(device)
	noError(t, err)
	want(t, info.Mode().Type(), os.ModeDevice|os.ModeCharDevice)
}

// A disk on the edge of full fails and works by turns: that is not worth two lines
// each time, but no byte is forgotten.
func TestFileOnTheEdgeOfFullIsNotNoisy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		link := filepath.Join(dir, "log")
		target := func(path string) {
			noError(t, os.Symlink(path, link+".new"))
			noError(t, os.Rename(link+".new", link))
		}
		target("/dev/full")
		var j testenv.Journal
		f := openFile(t, link, output.FileOptions{Log: j.Logger()})
		turn := func() {
			target("/dev/full")
			noError(t, f.Reopen())
			for range 2 {
				_, err := f.Write([]byte("12345"))
				want(t, errors.Is(err, unix.ENOSPC), true)
				time.Sleep(time.Second) // fake
			}
			target(filepath.Join(dir, "disk"))
			noError(t, f.Reopen())
			write(t, f, "x")
		}
		fails := "level=ERROR msg=\"log file cannot be written, output is lost\" path=" + link + " err=\"write " + link + ": no space left on device\"\n"
		works := func(lost string) string {
			return "level=WARN msg=\"log file " + link + " is written again, " + lost + " bytes were lost\" path=" + link + " lost_bytes=" + lost + "\n"
		}
		turn()
		want(t, j.String(), fails+works("10"))
		turn()
		turn()
		want(t, j.String(), fails+works("10"))
		time.Sleep(time.Minute) // fake
		turn()
		want(t, j.String(), fails+works("10")+fails+works("30"))
		time.Sleep(time.Minute) // fake
		target("/dev/full")
		noError(t, f.Reopen())
		for range 3 { // once, however long it lasts
			_, err := f.Write([]byte("12345"))
			want(t, errors.Is(err, unix.ENOSPC), true)
			time.Sleep(time.Minute) // fake
		}
		want(t, j.String(), fails+works("10")+fails+works("30")+fails)
	})
}
