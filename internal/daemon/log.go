package daemon

import (
	"io"
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
	file   *output.File
	queues []*mainlog.Queue
}

// openLog opens the log. Nobody who logs waits for the disk or the terminal.
func openLog(c config.Supervisord, files *output.Files, stdout io.Writer) (*mainLog, error) {
	file, err := files.Open(c.Logfile, output.FileOptions{MaxBytes: c.LogfileMaxBytes, Backups: c.LogfileBackups, Mode: 0o644})
	if err != nil {
		return nil, err
	}
	l := &mainLog{file: file, queues: []*mainlog.Queue{mainlog.NewQueue(file)}}
	if stdout != nil && !c.Silent {
		l.queues = append(l.queues, mainlog.NewQueue(stdout))
	}
	writers := make([]io.Writer, len(l.queues))
	for i, q := range l.queues {
		writers[i] = q
	}
	l.Logger = slog.New(mainlog.NewHandler(levels[c.Loglevel], writers...))
	return l, nil
}

// flush waits until what was logged so far is in the file.
func (l *mainLog) flush() { l.queues[0].Flush() }

func (l *mainLog) close() {
	for _, q := range l.queues {
		q.Close()
	}
	_ = l.file.Close() // nowhere left to report it
}

// isTerminalLog reports whether the log names the standard output, which then must not
// get every line twice.
func isTerminalLog(path string) bool { return path == "/dev/stdout" || path == os.Stdout.Name() }

// logFiles reads and clears logs for the loop.
type logFiles struct {
	*output.Files
	main *mainLog
}

// Main returns the path of the daemon's own log.
func (l logFiles) Main() string { return l.main.file.Path() }

// Read returns part of a log, the latest lines of the daemon's own included.
func (l logFiles) Read(path string, offset, length int64) ([]byte, error) {
	if path == l.Main() {
		l.main.flush()
	}
	return l.Files.Read(path, offset, length)
}

// reopen opens all logs anew.
func (l logFiles) reopen() error {
	l.main.flush()
	return l.ReopenAll()
}
