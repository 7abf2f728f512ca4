package output_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"supervisord/internal/output"
	"supervisord/internal/testenv"
)

func TestPeriodBoundaries(t *testing.T) {
	const layout = "2006-01-02 15:04:05 -0700"
	for _, tt := range []struct {
		period         output.Period
		zone, at, next string
	}{
		{output.Daily, "Europe/Berlin", "2026-05-01 00:00:00 +0200", "2026-05-02 00:00:00 +0200"},
		{output.Daily, "Europe/Berlin", "2026-05-01 23:59:59 +0200", "2026-05-02 00:00:00 +0200"},
		{output.Daily, "Europe/Berlin", "2026-10-25 00:00:00 +0200", "2026-10-26 00:00:00 +0100"},    // 25 hours
		{output.Daily, "America/Santiago", "2022-09-10 23:30:00 -0400", "2022-09-11 01:00:00 -0300"}, // no midnight
		{output.Daily, "America/Santiago", "2022-09-11 01:00:00 -0300", "2022-09-12 00:00:00 -0300"},
		{output.Hourly, "Asia/Kolkata", "2026-05-01 10:31:00 +0530", "2026-05-01 11:00:00 +0530"},
		{output.Hourly, "Europe/Berlin", "2026-10-25 02:30:00 +0200", "2026-10-25 02:00:00 +0100"},
		{6 * output.Hourly, "Europe/Berlin", "2026-05-01 05:00:00 +0200", "2026-05-01 06:00:00 +0200"},
		{6 * output.Hourly, "Europe/Berlin", "2026-05-01 18:00:00 +0200", "2026-05-02 00:00:00 +0200"},
		{12 * output.Hourly, "Europe/Berlin", "2026-03-29 13:00:00 +0200", "2026-03-30 00:00:00 +0200"}, // 23 hours
		{7 * output.Hourly, "UTC", "1970-01-01 07:00:00 +0000", "1970-01-01 14:00:00 +0000"},
		{48 * output.Hourly, "UTC", "1970-01-05 13:00:00 +0000", "1970-01-07 00:00:00 +0000"},
	} {
		zone, err := time.LoadLocation(tt.zone)
		noError(t, err)
		at, err := time.ParseInLocation(layout, tt.at, zone)
		noError(t, err)
		want(t, tt.at+" > "+tt.period.Next(at.In(zone)).Format(layout), tt.at+" > "+tt.next)
	}
}

func TestPeriodAfterTheClockWasSetBack(t *testing.T) {
	noon := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for back, early := range map[time.Duration]bool{
		-time.Hour: false, time.Second: false, 11 * time.Hour: false, 13 * time.Hour: true, 365 * 24 * time.Hour: true,
	} {
		want(t, output.Daily.Early(noon, noon.Add(-back)), early)
	}
	want(t, output.Period(0).Early(noon, time.Time{}), false)
}

// Every boundary is later than the time before it, and no more than a period away.
func FuzzPeriod(f *testing.F) {
	f.Add(int64(1_789_000_000), int64(time.Hour), "America/Santiago")
	f.Add(int64(0), int64(7*time.Hour), "Asia/Kolkata")
	f.Fuzz(func(t *testing.T, sec, every int64, name string) {
		zone, err := time.LoadLocation(name)
		p := output.Period(every)
		if err != nil || p < output.Period(time.Minute) || p > 366*output.Daily || sec < 0 || sec > 1<<33 {
			return
		}
		at := time.Unix(sec, 0).In(zone)
		next := p.Next(at)
		if !next.After(at) || next.Sub(at) > time.Duration(p)+2*time.Hour {
			t.Errorf("%v + %v = %v", at, time.Duration(p), next)
		}
	})
}

func TestFileRotatesBeforeTheFirstWriteOfTheDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "log")
		f := openFile(t, path, output.FileOptions{MaxBytes: 12, Period: output.Daily, Backups: 3})
		write(t, f, "monday\n")
		time.Sleep(24*time.Hour - time.Nanosecond)
		write(t, f, "late\n") // and the file is full
		write(t, f, "later\n")
		want(t, sizes(t, dir), map[string]int64{"log": 6, "log.1": 12})
		time.Sleep(3 * 24 * time.Hour)
		write(t, f, "friday\n")
		want(t, []string{content(t, path), content(t, path+".1"), content(t, path+".2")},
			[]string{"friday\n", "later\n", "monday\nlate\n"})
	})
}

func TestFileDoesNotRotateAnEmptyFileByTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "log")
		f := openFile(t, path, output.FileOptions{Period: output.Hourly, Backups: 3})
		time.Sleep(time.Hour)
		write(t, f, "x")
		want(t, sizes(t, dir), map[string]int64{"log": 1})
		time.Sleep(time.Hour)
		write(t, f, "yy")
		want(t, sizes(t, dir), map[string]int64{"log": 2, "log.1": 1})
	})
}

func TestFileWithoutBackupsIsTruncatedByTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		f := openFile(t, filepath.Join(dir, "log"), output.FileOptions{Period: output.Hourly})
		write(t, f, "old")
		time.Sleep(time.Hour)
		write(t, f, "x")
		write(t, f, "y")
		want(t, sizes(t, dir), map[string]int64{"log": 2})
	})
}

func TestFileOfYesterdayIsRotatedAfterARestart(t *testing.T) {
	for name, tt := range map[string]struct {
		age  time.Duration
		want map[string]int64
	}{
		"of today":      {0, map[string]int64{"log": 7}},
		"of yesterday":  {25 * time.Hour, map[string]int64{"log": 3, "log.1": 4}},
		"of the future": {-13 * time.Hour, map[string]int64{"log": 7}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(12 * time.Hour)
				dir := t.TempDir()
				path := filepath.Join(dir, "log")
				noError(t, os.WriteFile(path, []byte("old\n"), 0o600))
				then := time.Now().Add(-tt.age)
				noError(t, os.Chtimes(path, then, then))
				var files output.Files
				f, err := files.Open(path, output.FileOptions{})
				noError(t, err)
				// Whoever joins later may want the rotation.
				g, err := files.Open(path, output.FileOptions{Period: output.Daily, Backups: 2})
				noError(t, err)
				write(t, f, "new")
				want(t, sizes(t, dir), tt.want)
				time.Sleep(24 * time.Hour)
				write(t, f, "x")
				want(t, content(t, path), "x")
				noError(t, f.Close())
				noError(t, g.Close())
			})
		})
	}
}

func TestFileThatCannotRotateByTimeTriesAgainAfterAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "log")
		noError(t, os.Mkdir(path+".1", 0o700))
		var j testenv.Journal
		f := openFile(t, path, output.FileOptions{Period: output.Hourly, Backups: 2, Log: j.Logger()})
		write(t, f, "x")
		time.Sleep(time.Hour)
		write(t, f, "x")
		write(t, f, "x")
		line := "level=ERROR msg=\"log file cannot be rotated and grows on\" path=" + path +
			" err=\"" + path + ".1 is not a regular file\"\n"
		want(t, j.String(), line)
		noError(t, os.Remove(path+".1"))
		time.Sleep(time.Minute)
		write(t, f, "x")
		want(t, sizes(t, dir), map[string]int64{"log": 1, "log.1": 3})
		want(t, j.String(), line)
	})
}
