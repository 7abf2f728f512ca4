package daemon

import (
	"io"
	"log/slog"
	"os"

	"supervisord/internal/config"
	"supervisord/internal/mainlog"
	"supervisord/internal/output"
	"supervisord/internal/output/syslog"
	"supervisord/internal/runner"
)

// logOutlets are where the daemon's own log goes by one configuration.
type logOutlets struct {
	target  config.LogTarget
	limits  output.FileOptions
	form    mainlog.Form
	handler slog.Handler

	path     string         // of file
	file     *output.File   // nil: the log is no file
	own      *syslog.Sink   // nil: the log is not in syslog
	queue    *mainlog.Queue // before the file, standard output or standard error
	terminal *mainlog.Queue // nil: there is none
}

// userFacility is syslog's number of the facility of Python's messages.
const userFacility = 1

// prepare opens what the log needs by a configuration beside what it has. What is the
// same in both is shared.
func (l *mainLog) prepare(c config.Supervisord) (*logOutlets, error) {
	before := l.now.Load()
	o := &logOutlets{target: c.Logfile, form: mainlog.NewHandler, limits: output.FileOptions{
		MaxBytes: c.LogfileMaxBytes, Backups: c.LogfileBackups,
		Period: output.Period(c.LogfileRotate), Compress: c.LogfileCompress, Mode: 0o644, Log: l.Logger,
	}}
	if c.LogFormat == config.FormatJSON {
		o.form = mainlog.NewJSONHandler
	}
	if before.target == o.target {
		o.path, o.file, o.own, o.queue = before.path, before.file, before.own, before.queue
	} else if err := o.open(l); err != nil {
		return nil, err
	}
	level := levels[c.Loglevel]
	var handlers []slog.Handler
	if o.queue != nil {
		handlers = append(handlers, o.form(level, o.queue))
	}
	if o.own != nil {
		handlers = append(handlers, mainlog.NewMessages(level, func(level slog.Level, line string) {
			o.own.Message(severity(level), line)
		}))
	}
	if l.terminal != nil && !c.Silent && c.Logfile.Kind != config.LogStdout { // where it is already
		if o.terminal = before.terminal; o.terminal == nil {
			o.terminal = mainlog.NewQueue(l.terminal, o.form)
		}
		handlers = append(handlers, o.form(level, o.terminal))
	}
	o.handler = slog.NewMultiHandler(handlers...)
	return o, nil
}

// open opens the target.
func (o *logOutlets) open(l *mainLog) (err error) {
	var w io.Writer
	switch o.target.Kind { //nolint:exhaustive // Load lets no other kinds through
	case config.LogStdout: // the daemon's own, which may be a socket that cannot be opened
		w = os.Stdout
	case config.LogStderr:
		w = os.Stderr
	case config.LogSyslog:
		o.own, err = l.syslog.Open(runner.SyslogTarget(o.target), syslog.Options{
			Facility: userFacility, Severity: severity(slog.LevelInfo), Tag: runner.SyslogTag, PID: os.Getpid,
		})
		return err
	default:
		o.path = o.target.Path
		if o.file, err = l.files.Open(o.path, o.limits); err != nil {
			return err
		}
		w = o.file
	}
	o.queue = mainlog.NewQueue(w, o.form)
	return nil
}

// exchange makes prepared outlets those of the log, and closes the ones before when all
// that they have got is written.
func (l *mainLog) exchange(next *logOutlets) {
	before := l.now.Load()
	if next.file != nil && next.file == before.file && next.limits != before.limits {
		l.files.Limit(next.path, next.limits)
	}
	for _, q := range []*mainlog.Queue{next.queue, next.terminal} {
		if q != nil {
			q.SetForm(next.form)
		}
	}
	l.to.Set(next.handler)
	l.now.Store(next)
	before.closeSyslog(next)
	before.close(next)
}

// abandon closes prepared outlets that are not used.
func (l *mainLog) abandon(next *logOutlets) {
	now := l.now.Load()
	next.closeSyslog(now)
	next.close(now)
}

// closeSyslog closes the syslog, unless others share it.
func (o *logOutlets) closeSyslog(others *logOutlets) {
	if o.own != nil && o.own != others.own {
		_ = o.own.Close() // it never fails
	}
}

// close closes the other outlets, but for those that others share.
func (o *logOutlets) close(others *logOutlets) {
	if o.queue != nil && o.queue != others.queue {
		o.queue.Close()
	}
	if o.terminal != nil && o.terminal != others.terminal {
		o.terminal.Close()
	}
	if o.file != nil && o.file != others.file {
		_ = o.file.Close() // nowhere left to report it
	}
}
