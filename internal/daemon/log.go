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

// openLog opens the daemon's own log: its file and, in the foreground, the terminal too
// unless the configuration asks for silence.
func openLog(c config.Supervisord, files *output.Files, stdout io.Writer) (*slog.Logger, *output.File, error) {
	var writers []io.Writer
	file, err := files.Open(c.Logfile, output.FileOptions{MaxBytes: c.LogfileMaxBytes, Backups: c.LogfileBackups, Mode: 0o644})
	if err != nil {
		return nil, nil, err
	}
	writers = append(writers, file)
	if stdout != nil && !c.Silent {
		writers = append(writers, stdout)
	}
	return slog.New(mainlog.NewHandler(levels[c.Loglevel], writers...)), file, nil
}

// isTerminalLog reports whether the log names the standard output, which then must not
// get every line twice.
func isTerminalLog(path string) bool { return path == "/dev/stdout" || path == os.Stdout.Name() }

// logFiles reads and clears logs for the loop.
type logFiles struct {
	*output.Files
	main string
}

// Main returns the path of the daemon's own log.
func (l logFiles) Main() string { return l.main }
