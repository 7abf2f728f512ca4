package output

import (
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

// loss counts the bytes that could not be written, and decides when to speak of it:
// once when it begins and once when writing works again. A disk on the edge of full
// fails every other write; quietFor keeps that from flooding the log.
type loss struct {
	total atomic.Uint64 // lost in all
	bytes int64         // lost since the last time the log heard that writing works
	told  bool          // the log knows
	said  time.Time     // when it was last told that writing fails
}

// quietFor is the shortest time between two reports that the same file fails.
const quietFor = 10 * time.Second

// count records the outcome of one write to path and returns what to tell the log;
// nil is nothing.
func (l *loss) count(path string, lost int, err error) note {
	switch {
	case err != nil:
		l.bytes += int64(lost)
		l.total.Add(uint64(lost))
		if l.told || time.Since(l.said) < quietFor {
			return nil
		}
		l.told, l.said = true, time.Now()
		return func(log *slog.Logger) {
			log.Error("log file cannot be written, output is lost", "path", path, "err", err)
		}
	case l.told:
		bytes := l.bytes
		l.bytes, l.told = 0, false
		return func(log *slog.Logger) {
			log.Warn(fmt.Sprintf("log file %s is written again, %d bytes were lost", path, bytes), "path", path, "lost_bytes", bytes)
		}
	}
	return nil
}

// Lost is the number of bytes that could not be written since the file was opened.
func (f *File) Lost() uint64 { return f.loss.total.Load() }
