package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"supervisord/internal/bus"
	"supervisord/internal/child"
	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/fcgi"
	"supervisord/internal/host"
	"supervisord/internal/listener"
	"supervisord/internal/mainlog"
	"supervisord/internal/output"
	"supervisord/internal/process"
	"supervisord/internal/runner"
	"supervisord/internal/supervise"
)

// Options say how the daemon was called.
type Options struct {
	ConfigFile string
	Strict     bool // unknown options are errors
	// Overrides are options of [supervisord] given on the command line, by name.
	Overrides map[string]string
	// Version is what getSupervisorVersion answers.
	Version string
	// Background is set in the process that daemonizing has started, and told once the
	// daemon serves.
	Background *host.Readiness

	Stdout, Stderr io.Writer

	manager host.Notifier     // the service manager that started us, if it wants to know
	told    bool              // whoever waits in the foreground has been told
	serials *listener.Serials // numbers events over restarts
}

// ConfigError is a configuration that cannot be used. Its text lists every problem.
type ConfigError struct{ err error }

// Error returns one line per problem.
func (e *ConfigError) Error() string { return e.err.Error() }

// Unwrap returns the problems.
func (e *ConfigError) Unwrap() error { return e.err }

// Run is the daemon: it returns nil after an orderly shutdown, and an error if it
// could not start.
func Run(o Options) error {
	signals, ignore := catchSignals()
	defer ignore()
	conf, err := load(o)
	if err != nil {
		return err
	}
	manager, err := host.TakeNotifier()
	if err != nil {
		return err
	}
	notes, err := prepare(conf.Supervisord)
	if err != nil {
		return err
	}
	o.manager, o.serials = manager, new(listener.Serials)
	var before *loaded // what has served, while its successor has not
	for {
		g, err := newGeneration(o, conf, notes)
		if err != nil && before != nil {
			notes = []note{{slog.LevelError, "the new configuration cannot be used, the old one goes on: " + err.Error()}}
			conf, before = before, nil
			continue
		}
		if err != nil {
			return err
		}
		next, err := g.run(signals)
		if next == nil || err != nil {
			return err
		}
		before, conf, notes = conf, next, nil
		o.told = true
	}
}

// loaded is a configuration and what there is to say about it.
type loaded struct {
	*config.Config
	warnings config.Problems
}

// load reads the configuration. All that is wrong with it is in one error.
func load(o Options) (*loaded, error) { return loadScaled(o, nil) }

// loadScaled is load with other numbers of processes.
func loadScaled(o Options, scales map[string]config.Scale) (*loaded, error) {
	conf, problems := config.Load(config.Options{File: o.ConfigFile, Strict: o.Strict, Overrides: o.Overrides, Scales: scales})
	if err := problems.Err(); err != nil {
		return nil, &ConfigError{err}
	}
	return &loaded{conf, problems.Warnings()}, nil
}

// prepare does to the process what is done once, and returns lines for the log.
func prepare(d config.Supervisord) (notes []note, err error) {
	raised, err := host.RaiseLimits(d.MinFDs, d.MinProcs)
	if err != nil {
		return nil, err
	}
	if err := host.SealDescriptors(); err != nil {
		return nil, err
	}
	if os.Getpid() != 1 {
		if err := host.BecomeSubreaper(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			return nil, err
		}
	}
	dropped, err := dropPrivileges(d.User)
	if err != nil {
		return nil, err
	}
	notes = append(notes, dropped...)
	if _, err := host.Umask(d.Umask); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return nil, err
	}
	if d.Directory != "" {
		msg, err := host.Chdir(d.Directory)
		if err != nil {
			return nil, err
		}
		notes = append(notes, note{slog.LevelInfo, msg})
	}
	for _, msg := range raised {
		notes = append(notes, note{slog.LevelInfo, msg})
	}
	return notes, nil
}

// generation is the daemon from one reading of its configuration to the next.
type generation struct {
	o    Options
	conf *loaded

	files    *output.Files
	events   *bus.Bus
	log      *mainLog
	servers  *servers
	pidfile  *host.Pidfile
	parent   *child.Parent
	pump     *output.Pump
	children *runner.Children
	loop     *supervise.Loop
	hooks    *webhooks
	sections *sections
	stopping *bus.Subscription
	aside    sync.WaitGroup // what goes on beside the loop

	// next is the configuration of the next generation, once a restart was asked for.
	next atomic.Pointer[loaded]

	closers []func() // in the order of opening
}

// newGeneration opens everything; on an error it closes what it has opened.
func newGeneration(o Options, conf *loaded, notes []note) (*generation, error) {
	g := &generation{o: o, conf: conf, files: &output.Files{}, events: &bus.Bus{}}
	g.aside.Go(func() { host.ReserveDescriptors(descriptorsOf(conf.Config)) })
	g.onClose(g.aside.Wait)
	for _, step := range []func() error{
		func() error { return g.openLog(notes) },
		g.openServers,
		g.openPidfile,
		g.cleanLogs, // only now is it sure that no other daemon writes to them
		g.openChildren,
	} {
		if err := step(); err != nil {
			if g.log != nil { // after a restart in the background nobody sees stderr
				mainlog.At(g.log.Logger, mainlog.LevelCritical, "supervisord cannot run", "err", err)
			}
			g.close()
			return nil, err
		}
	}
	g.stopping = g.events.Subscribe(1, event.SupervisorStateChangeStopping)
	g.onClose(g.stopping.Close)
	g.sections = &sections{g: g, active: conf.Config}
	g.loop = supervise.New(supervise.Options{
		Config:    conf.Config,
		NewRunner: func(p *config.Program) supervise.Runner { return g.children.New(p) },
		Logs:      logFiles{g.files, g.log},
		Bus:       g.events,
		Log:       g.log.Logger,
		Reload:    g.reload,
		PID:       os.Getpid(),
		Version:   o.Version,
		Serials:   o.serials, Sections: g.sections,
	})
	if err := g.openWebhooks(); err != nil {
		g.close()
		return nil, err
	}
	g.onClose(g.sections.close)
	return g, nil
}

// descriptorsOf returns how many descriptors a configuration needs, about: for each
// process a pipe to it, a pipe and a log for each output, and some for the daemon itself.
func descriptorsOf(conf *config.Config) int {
	const daemons, toProcess, perOutput = 64, 1, 2
	n := daemons
	for i := range conf.Groups {
		for j := range conf.Groups[i].Programs {
			n += toProcess + perOutput
			if !conf.Groups[i].Programs[j].RedirectStderr {
				n += perOutput
			}
		}
	}
	return n
}

func (g *generation) onClose(f func()) { g.closers = append(g.closers, f) }

// close takes down what was opened, in the reverse order.
func (g *generation) close() {
	for _, f := range slices.Backward(g.closers) {
		f()
	}
}

func (g *generation) openLog(notes []note) error {
	var terminal io.Writer
	if g.o.Background == nil {
		terminal = g.o.Stdout
	}
	var err error
	if g.log, err = openLog(g.conf.Supervisord, g.files, terminal); err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	g.onClose(g.files.Close)
	g.onClose(g.log.close)
	for _, n := range notes {
		mainlog.At(g.log.Logger, n.level, n.text)
	}
	g.sayLoaded(g.conf)
	return nil
}

// sayLoaded logs what reading a configuration has brought up.
func (g *generation) sayLoaded(conf *loaded) {
	for _, w := range conf.warnings {
		g.log.Warn(w.LogLine())
	}
	for _, file := range conf.Included {
		g.log.Info(event.Included(file))
	}
}

// reload reads the configuration again for a client.
func (g *generation) reload(scales map[string]config.Scale) (*config.Config, error) {
	conf, err := loadScaled(g.o, scales)
	if err != nil {
		return nil, err
	}
	g.sayLoaded(conf)
	return conf.Config, nil
}

// cleanLogs removes the AUTO logs of the run before.
func (g *generation) cleanLogs() error {
	d := g.conf.Supervisord
	if d.NoCleanup {
		return nil
	}
	if _, err := output.CleanAuto(d.ChildLogDir, d.Identifier); err != nil {
		g.log.Warn("old logs in "+d.ChildLogDir+" could not be removed", "err", err)
	}
	return nil
}

func (g *generation) openServers() (err error) {
	g.servers, err = listen(g.conf.Config, g.log.Logger)
	if err == nil {
		g.onClose(func() { g.servers.shutdown() })
	}
	return err
}

func (g *generation) openPidfile() (err error) {
	g.pidfile, err = host.CreatePidfile(g.conf.Supervisord.Pidfile)
	if err == nil {
		g.onClose(func() {
			if err := g.pidfile.Remove(); err != nil {
				g.log.Warn("pidfile could not be removed", "err", err)
			}
		})
	}
	return err
}

func (g *generation) openChildren() (err error) {
	orphan := func(pid int, e process.Exit) { g.log.Info(event.ReapedUnknown(pid, e), "pid", pid) }
	if g.parent, err = child.NewParent(g.log.Logger, g.o.Background != nil, orphan); err != nil {
		return err
	}
	if g.pump, err = output.NewPump(g.log.Logger); err != nil {
		g.parent.Close()
		return err
	}
	g.children = &runner.Children{
		Parent: g.parent, Pump: g.pump, Files: g.files, Syslog: g.log.syslog, Bus: g.events, Log: g.log.Logger,
		Environ: os.Environ(), Sockets: fcgi.Sockets{Log: g.log.Logger}, Probe: askUntilUp,
	}
	g.children.SetCommon(commonOf(g.conf.Config, g.servers.url()))
	g.onClose(func() {
		g.parent.Close() // from here on no exit is told
		if err := g.children.Close(); err != nil {
			g.log.Warn("output of programs could not be closed in order", "err", err)
		}
	})
	return nil
}

// run supervises until the end and closes all. It returns the configuration of the next
// generation if a restart was asked for, nil after a shutdown.
func (g *generation) run(signals <-chan os.Signal) (*loaded, error) {
	next, err := g.supervise(signals)
	g.close() // not deferred: it would wait for ever for a loop that has panicked, and nobody would know
	return next, err
}

func (g *generation) supervise(signals <-chan os.Signal) (*loaded, error) {
	g.servers.serve(faces(restarter{g.loop, g}, g.log.Logger))
	g.log.Info(event.DaemonStarted(os.Getpid()))
	if g.o.Background != nil && !g.o.told {
		if err := g.o.Background.Ready(); err != nil {
			return nil, err
		}
	}
	g.tell("ready", g.o.manager.Ready())
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	g.aside.Go(func() { g.handleSignals(ctx, signals) })
	g.aside.Go(func() { g.tellStopping(ctx) })
	g.aside.Go(func() { g.trim(ctx) })
	g.aside.Go(func() { g.events.Tick(ctx) })
	mood := g.loop.Run(ctx)
	stop()
	g.aside.Wait()
	if mood != control.MoodRestarting {
		return nil, nil //nolint:nilnil // nothing follows, and nothing went wrong
	}
	return g.next.Load(), nil
}

// settling is how long after the start everything is taken to be up.
const settling = 5 * time.Second

// trim gives back what reading the configuration and starting programs has left behind.
// An idle daemon allocates nothing, so nothing else would, ever.
func (g *generation) trim(ctx context.Context) {
	timer := time.NewTimer(settling)
	defer timer.Stop()
	select {
	case <-timer.C:
		debug.FreeOSMemory()
		if err := host.UnmapIdleCode(); err != nil {
			g.log.Debug("pages of the program stay in memory", "err", err)
		}
	case <-ctx.Done():
	}
}

// tellStopping tells the service manager when the end begins.
func (g *generation) tellStopping(ctx context.Context) {
	for range g.stopping.Events(ctx) {
		if info, err := g.loop.Supervisor(ctx); err == nil && info.Mood == control.MoodRestarting {
			g.tell("reloading", g.o.manager.Reloading())
			continue
		}
		g.tell("stopping", g.o.manager.Stopping())
	}
}

// tell logs that the service manager could not be told.
func (g *generation) tell(what string, err error) {
	if err != nil {
		g.log.Warn("the service manager could not be told: "+what, "err", err)
	}
}
