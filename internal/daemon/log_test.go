package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"supervisord/internal/config"
	"supervisord/internal/output"
	"supervisord/internal/testenv"
)

// While many log, the log goes from file to file, into other forms and back: every line is
// in one of the files, and in no two, in the order in which it was logged.
func TestNoLineIsLostWhenTheLogChanges(t *testing.T) {
	const writers, lines, changes = 4, 1500, 60
	dir, files, screen := t.TempDir(), &output.Files{}, &testenv.Journal{}
	logfile := func(i int) config.Supervisord {
		c := config.Supervisord{Loglevel: config.LevelInfo, LogFormat: config.FormatText, Logfile: config.LogTarget{Kind: config.LogFile}}
		c.Logfile.Path = filepath.Join(dir, fmt.Sprint(i/2%3)) // every other change leaves the file
		if i%2 == 1 {
			c.LogFormat, c.Loglevel = config.FormatJSON, config.LevelDebug
		}
		c.LogfileBackups, c.Silent = i%5, i%7 == 3
		return c
	}
	log, err := openLog(logfile(0), files, screen)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for w := range writers {
		own := log.With("writer", w)
		wg.Go(func() {
			for i := range lines {
				own.Info(fmt.Sprintf("<%d.%d>", w, i))
			}
		})
	}
	for i := range changes {
		next, err := log.prepare(logfile(i))
		if err != nil {
			t.Fatal(err)
		}
		if i%4 == 0 {
			log.abandon(next) // and it is as it was
			continue
		}
		log.exchange(next)
	}
	wg.Wait()
	log.close()
	var all strings.Builder
	for i := range 3 {
		text, err := os.ReadFile(filepath.Join(dir, fmt.Sprint(i)))
		if err != nil {
			t.Fatal(err)
		}
		for w := range writers {
			before := -1
			for line := range strings.Lines(string(text)) {
				var i int
				if _, words, ok := strings.Cut(line, fmt.Sprintf("<%d.", w)); !ok {
					continue
				} else if _, err := fmt.Sscanf(words, "%d>", &i); err != nil || i <= before {
					t.Fatalf("after line %d of writer %d: %s", before, w, line)
				}
				before = i
			}
		}
		all.Write(text)
	}
	for w := range writers {
		for i := range lines {
			if n := strings.Count(all.String(), fmt.Sprintf("<%d.%d>", w, i)); n != 1 {
				t.Fatalf("line %d of writer %d is there %d times", i, w, n)
			}
		}
	}
	if screen.String() == "" || strings.Contains(all.String()+screen.String(), "could not be written") {
		t.Error("the terminal has nothing, or lines were lost")
	}
}
