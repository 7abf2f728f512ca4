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
	"supervisord/internal/output/syslog"
	"supervisord/internal/supervise"
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
	path   string          // of file
	file   *output.File    // nil: the log is no file
	syslog *syslog.Servers // of programs too
	own    *syslog.Sink    // nil: the log is not in syslog
	queues []*mainlog.Queue
}

// openLog opens the log. Nobody who logs waits for the disk, the terminal or a server.
// terminal is where a daemon in the foreground repeats its log, nil for none.
func openLog(c config.Supervisord, files *output.Files, terminal io.Writer) (*mainLog, error) {
	l := &mainLog{}
	form := mainlog.NewHandler
	if c.LogFormat == config.FormatJSON {
		form = mainlog.NewJSONHandler
	}
	var handlers []slog.Handler
	add := func(w io.Writer) {
		q := mainlog.NewQueue(w, form)
		l.queues = append(l.queues, q)
		handlers = append(handlers, form(levels[c.Loglevel], q))
	}
	switch c.Logfile.Kind { //nolint:exhaustive // Load lets no other kinds through
	case config.LogStdout: // the daemon's own, which may be a socket that cannot be opened
		add(os.Stdout)
		terminal = nil
	case config.LogStderr:
		add(os.Stderr)
	case config.LogSyslog:
		handlers = append(handlers, mainlog.NewMessages(levels[c.Loglevel], func(level slog.Level, line string) {
			l.own.Message(severity(level), line)
		}))
	default:
		add(writerFunc(func(p []byte) (int, error) { return l.file.Write(p) }))
	}
	if terminal != nil && !c.Silent {
		add(terminal)
	}
	l.Logger = slog.New(slog.NewMultiHandler(handlers...))
	l.syslog = &syslog.Servers{Log: l.Logger}
	// Only now, since what goes wrong with the log is said in the log.
	if err := l.openOwn(c, files); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// writerFunc is a function as a Writer.
type writerFunc func(p []byte) (int, error)

// Write calls the function.
func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// userFacility is syslog's number of the facility of Python's messages.
const userFacility = 1

// openOwn opens the file or the syslog of the log. Nothing must have been logged yet.
func (l *mainLog) openOwn(c config.Supervisord, files *output.Files) (err error) {
	switch c.Logfile.Kind { //nolint:exhaustive // there is nothing to open for the others
	case config.LogFile:
		l.path = c.Logfile.Path
		l.file, err = files.Open(l.path, output.FileOptions{
			MaxBytes: c.LogfileMaxBytes, Backups: c.LogfileBackups,
			Period: output.Period(c.LogfileRotate), Compress: c.LogfileCompress, Mode: 0o644, Log: l.Logger,
		})
	case config.LogSyslog:
		l.own, err = l.syslog.Open(supervise.SyslogTarget(c.Logfile), syslog.Options{
			Facility: userFacility, Severity: severity(slog.LevelInfo), Tag: supervise.SyslogTag, PID: os.Getpid,
		})
	}
	return err
}

// flush waits until what was logged so far is in the file, which comes first.
func (l *mainLog) flush() {
	if l.file != nil {
		l.queues[0].Flush()
	}
}

func (l *mainLog) close() {
	if l.own != nil {
		_ = l.own.Close() // it never fails
	}
	if err := l.syslog.Close(); err != nil {
		l.Warn("syslog could not be closed in order", "err", err)
	}
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
	return l.main.path
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
