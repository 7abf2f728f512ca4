package config

import (
	"strings"

	"supervisord/internal/config/ini"
)

// Ctl is what the command line needs to know of a configuration file.
type Ctl struct {
	File          string // absolute
	Supervisorctl Supervisorctl
	// UnixServers and InetServers are those that could be read. They tell where the
	// daemon listens if there is no [supervisorctl].
	UnixServers []UnixServer
	InetServers []InetServer
}

// LoadCtl reads what the command line needs from the main file; like Python's
// supervisorctl it does not look into included files. Only a file that cannot be read
// and a bad value in [supervisorctl] are errors; all else is a warning at most.
func LoadCtl(o Options) (*Ctl, Problems) {
	l := newLoader(o)
	l.doc.Only = isCtlSection // programs may be many
	if l.readMain() {
		l.supervisorctl()
		for i := range l.problems {
			p := &l.problems[i]
			if wholeFile := p.Section == "" && p.Line == 0; p.Section != "supervisorctl" && !wholeFile {
				p.Severity = Warning
			}
		}
		l.ctlServers()
	}
	problems := l.problems.sorted([]string{"", l.cfg.File})
	if len(problems.Errors()) > 0 {
		return nil, problems
	}
	return &Ctl{File: l.cfg.File, Supervisorctl: l.cfg.Supervisorctl, UnixServers: l.cfg.UnixServers, InetServers: l.cfg.InetServers}, problems
}

// isCtlSection reports whether LoadCtl wants a section.
func isCtlSection(name string) bool {
	return name == "supervisorctl" || name == ini.DefaultSection ||
		strings.HasPrefix(name, "unix_http_server") || strings.HasPrefix(name, "inet_http_server")
}

// ctlServers reads the server sections and drops those with an error.
func (l *loader) ctlServers() {
	for _, s := range l.doc.Sections {
		before := len(l.problems)
		unix, inet := l.cfg.UnixServers, l.cfg.InetServers
		switch {
		case strings.HasPrefix(s.Name, "unix_http_server"):
			l.unixServer(s)
		case strings.HasPrefix(s.Name, "inet_http_server"):
			l.inetServer(s)
		}
		if len(l.problems[before:].Errors()) > 0 {
			l.cfg.UnixServers, l.cfg.InetServers = unix, inet
		}
		for i := range l.problems[before:] {
			l.problems[before+i].Severity = Warning
		}
	}
}
