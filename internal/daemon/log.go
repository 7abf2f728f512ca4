package daemon

import (
	"context"
	"io"
	"iter"
	"log/slog"
	"os"

	"supervisord/internal/config"
	"supervisord/internal/mainlog"
	"supervisord/internal/output"
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

// mainLog is the daemon's own log: its file and, in the foreground, the terminal.
type mainLog struct {
	*slog.Logger
	file   *output.File // nil: the log is no file
	queues []*mainlog.Queue
}

// openLog opens the log. Nobody who logs waits for the disk or the terminal. terminal is
// where a daemon in the foreground repeats its log, nil for none.
func openLog(c config.Supervisord, files *output.Files, terminal io.Writer) (*mainLog, error) {
	l := &mainLog{}
	var writers []io.Writer
	switch c.Logfile.Kind { //nolint:exhaustive // Load lets no other kinds through
	case config.LogStdout: // the daemon's own, which may be a socket that cannot be opened
		writers = append(writers, os.Stdout)
		terminal = nil
	case config.LogStderr:
		writers = append(writers, os.Stderr)
	case config.LogSyslog:
	default:
		var err error
		o := output.FileOptions{MaxBytes: c.LogfileMaxBytes, Backups: c.LogfileBackups, Mode: 0o644}
		if l.file, err = files.Open(c.Logfile.Path, o); err != nil {
			return nil, err
		}
		writers = append(writers, l.file)
	}
	if terminal != nil && !c.Silent {
		writers = append(writers, terminal)
	}
	for i, w := range writers {
		q := mainlog.NewQueue(w)
		l.queues = append(l.queues, q)
		writers[i] = q
	}
	l.Logger = slog.New(handler(c, writers))
	return l, nil
}

// handler returns what makes lines of records.
func handler(c config.Supervisord, writers []io.Writer) slog.Handler {
	if c.LogFormat == config.FormatJSON {
		return mainlog.NewJSONHandler(levels[c.Loglevel], io.MultiWriter(writers...)) // queues do not fail
	}
	return mainlog.NewHandler(levels[c.Loglevel], writers...)
}

// flush waits until what was logged so far is in the file, which comes first.
func (l *mainLog) flush() {
	if l.file != nil {
		l.queues[0].Flush()
	}
}

func (l *mainLog) close() {
	for _, q := range l.queues {
		q.Close()
	}
	if l.file != nil {
		_ = l.file.Close() // nowhere left to report it
	}
}

// logFiles reads and clears logs for the loop.
type logFiles struct {
	*output.Files
	main *mainLog
}

// Main returns the path of the daemon's own log; empty if it is no file.
func (l logFiles) Main() string {
	if l.main.file == nil {
		return ""
	}
	return l.main.file.Path()
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

// reopen opens all logs anew.
func (l logFiles) reopen() error {
	l.main.flush() // what was said before belongs into the old file
	return l.ReopenAll()
}
