package runner

import (
	"cmp"
	"slices"

	"supervisord/internal/config"
	"supervisord/internal/event"
	"supervisord/internal/output"
	"supervisord/internal/output/syslog"
)

// SyslogTag is how the messages of Python's daemon are tagged.
const SyslogTag = "supervisord"

// syslogs returns the syslog servers among the targets of an output, and the local one
// that stdout_syslog and stderr_syslog add.
func syslogs(log *config.StreamLog) []config.LogTarget {
	servers := slices.DeleteFunc(slices.Clone(log.Targets), func(t config.LogTarget) bool { return t.Kind != config.LogSyslog })
	local := config.LogTarget{Kind: config.LogSyslog}
	if log.Syslog && !slices.Contains(servers, local) {
		servers = append(servers, local)
	}
	return servers
}

// openSyslog opens the tap to a syslog server. Without a tag of its own a program is told
// from others as with Python's Supervisor, by its name before each line.
func (n *run) openSyslog(channel event.Channel, t config.LogTarget) (output.Sink, error) {
	p := n.program()
	priority := p.SyslogStdoutPriority
	if channel == event.Stderr {
		priority = p.SyslogStderrPriority
	}
	o := syslog.Options{
		Facility: slices.Index(config.SyslogFacilities, p.SyslogFacility),
		Severity: slices.Index(config.SyslogPriorities, priority),
		Tag:      cmp.Or(p.SyslogTag, SyslogTag),
	}
	if p.SyslogTag == "" {
		o.Prefix = p.Name + " "
	} else {
		o.PID = func() int { return int(n.pid.Load()) }
	}
	if p.SyslogFormat == config.RFC5424 {
		o.Format = syslog.RFC5424
	}
	return n.children.Syslog.Open(SyslogTarget(t), o)
}

// SyslogTarget returns the syslog server that a target of the configuration names.
func SyslogTarget(t config.LogTarget) syslog.Target {
	return syslog.Target{Network: t.Proto, Host: t.Host, Port: t.Port}
}
