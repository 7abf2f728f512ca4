package daemon_test

import (
	"fmt"
	"testing"

	"supervisord/client"
)

// floodLines is how many lines a counter writes that shall fill many backups.
func floodLines() int {
	if testing.Short() {
		return 64 << 20 / lineSize
	}
	return 4 << 30 / lineSize
}

// manyBackups are options of a log that rotates often and loses no backup.
func manyBackups() []string {
	size := "50MB"
	if testing.Short() {
		size = "1MB"
	}
	return []string{"stdout_logfile_backups=200", "stdout_logfile_maxbytes=" + size}
}

func TestNoLineOfAFastWriterIsLostOverRotations(t *testing.T) {
	t.Parallel()
	s := newSite(t, counter("a", floodLines(), manyBackups()...))
	s.start()
	s.await("a", client.Exited)
	wantNumbers(t, "a.log", s.logAndBackups(s.path("a.log")), 0, s.counted("a"))
}

func TestNoLineOfAHundredProgramsIsLost(t *testing.T) {
	t.Parallel()
	const programs = 100
	var sections []string
	name := func(i int) string { return fmt.Sprintf("p%02d", i) }
	for i := range programs {
		sections = append(sections, counter(name(i), floodLines()/programs, "stdout_logfile_maxbytes=200KB", "stdout_logfile_backups=1000"))
	}
	s := newSite(t, sections...)
	s.start()
	for i := range programs {
		s.await(name(i), client.Exited)
		wantNumbers(t, name(i), s.logAndBackups(s.path(name(i)+".log")), 0, floodLines()/programs)
	}
}
