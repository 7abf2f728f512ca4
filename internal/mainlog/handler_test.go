package mainlog_test

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/mainlog"
)

func TestLinesHaveTheFormOfPythons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // in a bubble it is the year 2000
		time.Sleep(7 * time.Millisecond)
		stamp := time.Now().Local().Format("2006-01-02 15:04:05") + ",007 "
		var out strings.Builder
		log := slog.New(mainlog.NewHandler(mainlog.LevelBlather, &out))
		mainlog.At(log, mainlog.LevelCritical, "critical")
		log.Error("error", "err", errors.New("no such file\nor directory"))
		log.Warn("warn", "process", "web", "pid", 12)
		log.Info("spawned: 'web' with pid 12")
		log.Debug("debug")
		mainlog.At(log, mainlog.LevelTrace, "trace")
		mainlog.At(log, mainlog.LevelBlather, "blather\nin two lines")
		log.With("err", "given before", "process", "web").WithGroup("g").Info("with")
		want := strings.Join([]string{
			stamp + "CRIT critical",
			stamp + "ERRO error: no such file; or directory",
			stamp + "WARN warn",
			stamp + "INFO spawned: 'web' with pid 12",
			stamp + "DEBG debug",
			stamp + "TRAC trace",
			stamp + "BLAT blather\nin two lines",
			stamp + "INFO with: given before",
			"",
		}, "\n")
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLinesBelowTheLevelAreNotWritten(t *testing.T) {
	var out strings.Builder
	log := slog.New(mainlog.NewHandler(slog.LevelWarn, &out))
	log.Info("not this")
	log.Warn("this")
	if got := strings.Count(out.String(), "\n"); got != 1 || !strings.HasSuffix(out.String(), "WARN this\n") {
		t.Errorf("got %q", out.String())
	}
}

func TestJSONHasLevelsInTheWordsOfTheConfigurationAndAllAttributes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		log := slog.New(mainlog.NewJSONHandler(mainlog.LevelBlather, &out))
		stamp := time.Now().Format(time.RFC3339Nano)
		mainlog.At(log, mainlog.LevelCritical, "critical")
		log.Error("error", "err", errors.New("no such file\nor directory"))
		log.With("process", "web").Info("spawned: 'web' with pid 12", "pid", 12)
		mainlog.At(log, mainlog.LevelBlather, "blather")
		want := strings.Join([]string{
			`{"time":"` + stamp + `","level":"critical","msg":"critical"}`,
			`{"time":"` + stamp + `","level":"error","msg":"error","err":"no such file\nor directory"}`,
			`{"time":"` + stamp + `","level":"info","msg":"spawned: 'web' with pid 12","process":"web","pid":12}`,
			`{"time":"` + stamp + `","level":"blather","msg":"blather"}`,
			"",
		}, "\n")
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestMessagesAreTheBareLines(t *testing.T) {
	var got []string
	log := slog.New(mainlog.NewMessages(slog.LevelInfo, func(l slog.Level, line string) { got = append(got, l.String()+" "+line) }))
	log.Debug("not this")
	log.Info("in two\nlines", "pid", 12)
	log.With("err", "given before").WithGroup("g").Error("with")
	want := []string{"INFO in two", "INFO lines", "ERROR with: given before"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLinesOfManyGoroutinesStayWhole(t *testing.T) {
	var out strings.Builder
	log := slog.New(mainlog.NewHandler(slog.LevelInfo, &out))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				log.Info("whole")
			}
		})
	}
	all.Wait()
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	for _, line := range lines {
		if !strings.HasSuffix(line, " INFO whole") || len(line) != len(lines[0]) {
			t.Fatalf("torn line %q", line)
		}
	}
	if len(lines) != 1600 {
		t.Errorf("%d lines, want 1600", len(lines))
	}
}
