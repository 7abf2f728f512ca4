package supervise

import (
	"cmp"
	"context"
	"slices"
	"time"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/event"
)

// Reread reads the configuration file again, on the caller's goroutine, and says in
// which groups it differs from what is active. Nothing else changes, except what
// AddGroup adds from.
func (l *Loop) Reread(ctx context.Context) (control.Diff, error) {
	l.rereading.Lock() // or an older reading could overtake a newer one
	defer l.rereading.Unlock()
	next, err := l.read(l.scales)
	if err != nil {
		return control.Diff{}, err
	}
	var diff control.Diff
	err = l.do(ctx, func() {
		l.know(next)
		l.wakeMissing()
		diff = l.compare(next)
	})
	return diff, err
}

// read reads the configuration file, on the caller's goroutine, which holds l.rereading.
func (l *Loop) read(scales map[string]config.Scale) (*config.Config, error) {
	next, err := l.reload(scales)
	if err != nil {
		return nil, control.NewFault(control.CantReread, err.Error())
	}
	return next, nil
}

// know makes next what groups are added from. Its caller holds l.rereading outside the
// loop.
func (l *Loop) know(next *config.Config) {
	l.known = next
	l.conf.Store(next)
	l.dropScales(next)
}

// compare lists the groups of next that differ from the active ones, sorted as the
// configuration is.
func (l *Loop) compare(next *config.Config) control.Diff {
	var diff control.Diff
	for _, d := range l.diff(next) {
		switch d.Fate {
		case config.Added:
			diff.Added = append(diff.Added, d.Name)
		case config.Changed:
			diff.Changed = append(diff.Changed, d.Name)
		case config.Removed:
			diff.Removed = append(diff.Removed, d.Name)
		}
	}
	return diff
}

// AddGroup makes a group of the configuration, as last read, active and starts what is
// to be started in it.
func (l *Loop) AddGroup(ctx context.Context, name string) error {
	var fault *control.Fault
	if err := l.do(ctx, func() { fault = l.addGroup(name) }); err != nil {
		return err
	}
	return asError(fault)
}

func (l *Loop) addGroup(name string) *control.Fault {
	fault := l.takeIn(name)
	if fault == nil {
		l.activate(l.groups[name])
	}
	return fault
}

// takeIn makes a group of the configuration one of the active ones. Nobody hears of that
// before activate.
func (l *Loop) takeIn(name string) *control.Fault {
	if l.groups[name] != nil {
		return control.NewFault(control.AlreadyAdded, name)
	}
	if l.drain != nil {
		return control.NewFault(control.ShutdownState, "")
	}
	g := groupOf(l.known, name)
	if g == nil {
		return control.NewFault(control.BadName, name)
	}
	l.install(g)
	l.outdate()
	return nil
}

// activate tells of a group that is new, and starts what is to be started in it.
func (l *Loop) activate(g *group) {
	l.current() // whoever hears of it finds it
	l.enlist(g)
	l.bus.Publish(event.Event{At: time.Now(), Type: event.ProcessGroupAdded, Group: g.name})
	l.autostart(g.procs)
}

// RemoveGroup forgets a group whose processes have all stopped.
func (l *Loop) RemoveGroup(ctx context.Context, name string) error {
	var fault *control.Fault
	if err := l.do(ctx, func() { fault = l.removeGroup(name) }); err != nil {
		return err
	}
	return asError(fault)
}

func (l *Loop) removeGroup(name string) *control.Fault {
	g := l.groups[name]
	if g == nil {
		return control.NewFault(control.BadName, name)
	}
	fault := l.takeOut(g)
	if fault == nil {
		l.deactivate(g)
	}
	return fault
}

// takeOut makes a group none of the active ones. Nobody hears of that before deactivate.
func (l *Loop) takeOut(g *group) *control.Fault {
	for _, p := range g.procs {
		// A process that cannot be signalled counts as stopped, but its child must not
		// be forgotten while it lives.
		if !p.state.Phase.IsStopped() || p.state.PID != 0 {
			return control.NewFault(control.StillRunning, g.name)
		}
	}
	for _, p := range g.procs {
		l.retire(p)    // an exited process must not come back
		p.clearRings() // nobody can read them any more
	}
	l.dismiss(g)
	delete(l.groups, g.name)
	l.outdate()
	return nil
}

// deactivate goes on with those that needed a group that has gone, and tells of its end.
func (l *Loop) deactivate(g *group) {
	l.current() // whoever hears of it finds it no more
	for _, p := range g.procs {
		l.wake(p.selector()) // perhaps nobody needs it any more
	}
	l.bus.Publish(event.Event{At: time.Now(), Type: event.ProcessGroupRemoved, Group: g.name})
}

// Publish sends a REMOTE_COMMUNICATION event.
func (l *Loop) Publish(_ context.Context, kind, data string) error {
	l.bus.Publish(event.Event{At: time.Now(), Type: event.RemoteCommunication, Kind: kind, Data: data})
	return nil
}

// Supervisor describes the supervisor itself.
func (l *Loop) Supervisor(context.Context) (control.SupervisorInfo, error) {
	return control.SupervisorInfo{
		Mood:       control.Mood(l.mood.Load()),
		PID:        l.pid,
		Identifier: l.conf.Load().Supervisord.Identifier,
		Version:    l.version,
	}, nil
}

// Shutdown begins an orderly end.
func (l *Loop) Shutdown(ctx context.Context) error { return l.end(ctx, control.MoodShutdown) }

// Restart begins an orderly end, after which Run says that a restart was asked for.
func (l *Loop) Restart(ctx context.Context) error { return l.end(ctx, control.MoodRestarting) }

func (l *Loop) end(ctx context.Context, mood control.Mood) error {
	return l.do(ctx, func() { l.begin(mood) })
}

// Config describes the configuration of every process, as last read, sorted by process
// name.
func (l *Loop) Config(context.Context) ([]control.ProgramInfo, error) {
	v := l.view.Load()
	var infos []control.ProgramInfo
	groups := l.conf.Load().Groups
	uids := make(map[string]*int) // looking users up may take a while
	for i := range groups {
		g := &groups[i]
		for j := range g.Programs {
			info := describe(g, &g.Programs[j], uids)
			if p, err := v.one(control.Selector{Group: g.Name, Process: info.Name}); err == nil {
				info.InUse = true
				stdout, stderr := p.runner.Logs()
				info.Stdout.Logfile = cmp.Or(stdout, info.Stdout.Logfile)
				info.Stderr.Logfile = cmp.Or(stderr, info.Stderr.Logfile)
			}
			infos = append(infos, info)
		}
	}
	slices.SortStableFunc(infos, func(a, b control.ProgramInfo) int { return cmp.Compare(a.Name, b.Name) })
	return infos, nil
}

// describe writes down the configuration of one process. It remembers users in uids.
func describe(g *config.Group, p *config.Program, uids map[string]*int) control.ProgramInfo {
	info := control.ProgramInfo{
		Name: p.Name, Group: g.Name,
		AutoStart: p.AutoStart, AutoRestart: restartOf(p.AutoRestart),
		GroupPriority: g.Priority, Priority: p.Priority,
		Command: p.Command, Directory: p.Directory,
		ExitCodes: p.ExitCodes, StartRetries: p.StartRetries, StartSecs: p.StartSecs,
		StopWaitSecs: p.StopWaitSecs, StopAsGroup: p.StopAsGroup, KillAsGroup: p.KillAsGroup,
		RedirectStderr: p.RedirectStderr, ServerURL: p.ServerURL,
		Stdout: describeLog(p.Stdout), Stderr: describeLog(p.Stderr),
	}
	if len(p.StopSignals) > 0 {
		info.StopSignal = p.StopSignals[0].Number
	}
	if _, known := uids[p.User]; !known {
		uids[p.User] = uidOf(p.User)
	}
	info.UID = uids[p.User]
	return info
}

// uidOf returns nil if none is named, or there is no such user any more.
func uidOf(user string) *int {
	if user == "" {
		return nil
	}
	u, err := config.LookupIdentity(user)
	if err != nil {
		return nil
	}
	return &u.UID
}

// describeLog reports the first target that is no syslog, as Python does.
func describeLog(s config.StreamLog) control.LogInfo {
	info := control.LogInfo{
		Logfile: "none", MaxBytes: s.MaxBytes, Backups: s.Backups,
		CaptureMax: s.CaptureMaxBytes, EventsEnabled: s.EventsEnabled, Syslog: s.Syslog,
	}
	for _, t := range slices.Backward(s.Targets) {
		switch t.Kind { //nolint:exhaustive // the others are called as they are written
		case config.LogSyslog:
			info.Syslog = true
		case config.LogAuto:
			info.Logfile = "auto"
		default:
			info.Logfile = t.String()
		}
	}
	return info
}
