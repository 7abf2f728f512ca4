package daemon

import (
	"context"
	"io"
	"iter"
	"log/slog"
	"sync/atomic"

	"supervisord/internal/config"
	"supervisord/internal/mainlog"
	"supervisord/internal/output"
	"supervisord/internal/output/syslog"
)

// levels maps the levels of the configuration to those of slog.
var levels = map[config.Loglevel]slog.Level{
	config.LevelCritical: mainlog.LevelCritical,
	config.LevelError:    slog.LevelError,
	config.LevelWarn:     slog.LevelWarn,
	config.LevelInfo:     slog.LevelInfo,
	config.LevelDebug:    slog.LevelDebug,
	config.LevelTrace:    mainlog.LevelTrace,
	config.LevelBlather:  mainlog.LevelBlather,
}

// severities are the numbers that syslog has for levels, from the highest. Python's daemon
// sends everything as info.
var severities = []struct {
	from     slog.Level
	severity int
}{
	{mainlog.LevelCritical, 2},
	{slog.LevelError, 3},
	{slog.LevelWarn, 4},
	{slog.LevelInfo, 6},
}

func severity(l slog.Level) int {
	for _, row := range severities {
		if l >= row.from {
			return row.severity
		}
	}
	return 7
}

// mainLog is the daemon's own log: its file or syslog and, in the foreground, the
// terminal.
type mainLog struct {
	*slog.Logger
	to       *mainlog.Switch
	files    *output.Files
	terminal io.Writer       // where a daemon in the foreground repeats its log; nil: nowhere
	syslog   *syslog.Servers // of programs too
	now      atomic.Pointer[logOutlets]
}

// openLog opens the log. Nobody who logs waits for the disk, the terminal or a server.
// terminal is where a daemon in the foreground repeats its log, nil for none.
func openLog(c config.Supervisord, files *output.Files, terminal io.Writer) (*mainLog, error) {
	l := &mainLog{to: mainlog.NewSwitch(slog.DiscardHandler), files: files, terminal: terminal}
	l.Logger = slog.New(l.to)
	l.syslog = &syslog.Servers{Log: l.Logger}
	l.now.Store(&logOutlets{})
	next, err := l.prepare(c)
	if err != nil {
		return nil, err
	}
	l.exchange(next)
	return l, nil
}

// path returns the path of the log, empty if it is no file.
func (l *mainLog) path() string { return l.now.Load().path }

// flush waits until what was logged so far is in the file.
func (l *mainLog) flush() {
	if o := l.now.Load(); o.file != nil {
		o.queue.Flush()
	}
}

func (l *mainLog) close() {
	o, nothing := l.now.Load(), &logOutlets{}
	o.closeSyslog(nothing) // before the servers, which would wait for it
	if err := l.syslog.Close(); err != nil {
		l.Warn("syslog could not be closed in order", "err", err)
	}
	o.close(nothing)
}

// logFiles reads and clears logs for the loop.
type logFiles struct {
	*output.Files
	main *mainLog
}

// Main returns the path of the daemon's own log; empty if it is no file.
func (l logFiles) Main() string {
	return l.main.path()
}

// Read returns part of a log, the latest lines of the daemon's own included.
func (l logFiles) Read(path string, offset, length int64) ([]byte, error) {
	if path == l.Main() {
		l.main.flush()
	}
	return l.Files.Read(path, offset, length)
}

// Follow yields what is written to a log, the latest lines of the daemon's own included.
func (l logFiles) Follow(ctx context.Context, path string, back int64) iter.Seq2[[]byte, error] {
	if path == l.Main() {
		l.main.flush()
	}
	return l.Files.Follow(ctx, path, back)
}

// Clear empties a log; what the daemon has logged before goes with it.
func (l logFiles) Clear(path string) error {
	if path == l.Main() {
		l.main.flush()
	}
	return l.Files.Clear(path)
}

// Reopen opens all logs anew, and connects to all syslog servers anew.
func (l logFiles) Reopen() error {
	l.main.flush() // what was said before belongs into the old file
	l.main.syslog.Reopen()
	return l.ReopenAll()
}
