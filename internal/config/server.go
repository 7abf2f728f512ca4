package config

import (
	"encoding/hex"
	"fmt"
	"strings"

	"supervisord/internal/config/ini"
)

// supervisorctl reads [supervisorctl], which may be missing.
func (l *loader) supervisorctl() {
	c := &l.cfg.Supervisorctl
	setDefaults(l, supervisorctlOptions, c)
	s := l.doc.Section("supervisorctl")
	if s == nil {
		return
	}
	c.Present = true
	v := newValues(s, l.doc.Default)
	read(l, v, supervisorctlOptions, c, false, nil)
	l.checkKeys(v, supervisorctlOptions)
}

// unixServer reads a section whose name starts with unix_http_server.
func (l *loader) unixServer(s *ini.Section) {
	u := UnixServer{Section: s.Name}
	setDefaults(l, unixServerOptions, &u)
	v := newValues(s, l.doc.Default)
	read(l, v, unixServerOptions, &u, false, nil)
	l.checkKeys(v, unixServerOptions)
	if _, ok := v.get("file"); !ok {
		l.report(v.problem("file", fmt.Sprintf("section [%s] has no file value", s.Name)))
	}
	l.checkAuth(v, u.Username, u.Password)
	l.cfg.UnixServers = append(l.cfg.UnixServers, u)
}

// inetServer reads a section whose name starts with inet_http_server.
func (l *loader) inetServer(s *ini.Section) {
	i := inetSection{InetServer: InetServer{Section: s.Name}}
	setDefaults(l, inetServerOptions, &i)
	v := newValues(s, l.doc.Default)
	read(l, v, inetServerOptions, &i, false, nil)
	l.checkKeys(v, inetServerOptions)
	if _, ok := v.get("port"); !ok {
		l.report(v.problem("port", fmt.Sprintf("section [%s] has no port value", s.Name)))
	}
	l.checkAuth(v, i.Username, i.Password)
	i.Host, i.Port = i.address.Host, i.address.Port
	l.cfg.InetServers = append(l.cfg.InetServers, i.InetServer)
}

// checkAuth reports half an authentication, which would be none.
func (l *loader) checkAuth(v *values, username, password string) {
	_, hasName := v.get("username")
	_, hasPassword := v.get("password")
	if hasName != hasPassword || (username == "") != (password == "") {
		l.report(v.problem("username", fmt.Sprintf("Section [%s] contains incomplete authentication: If a username or a password is specified, "+
			"both the username and password must be specified", v.section.Name)))
	}
	if digest, ok := strings.CutPrefix(password, "{SHA}"); ok {
		if sum, err := hex.DecodeString(digest); err != nil || len(sum) != 20 {
			l.warn(v.problem("password", "{SHA} is not followed by 40 hexadecimal digits: no password matches"))
		}
	}
}

// rpcInterface reads [rpcinterface:name].
func (l *loader) rpcInterface(s *ini.Section, name string) {
	r := RPCInterface{Name: name, Options: map[string]string{}}
	v := newValues(s)
	read(l, v, rpcInterfaceOptions, &r, false, nil)
	if _, ok := v.get("supervisor.rpcinterface_factory"); !ok {
		l.report(v.problem("", fmt.Sprintf("section [%s] does not specify a supervisor.rpcinterface_factory", s.Name)))
		return
	}
	for _, e := range v.entries {
		if rpcInterfaceOptions.lookup(e.Key) == nil {
			r.Options[e.Key] = e.Value
		}
	}
	if r.Factory != mainFactory {
		p := v.problem("supervisor.rpcinterface_factory", fmt.Sprintf("%s cannot be resolved within [%s]", r.Factory, s.Name))
		p.Hint = "only " + mainFactory + " can be served: there is no Python"
		l.report(p)
	}
	l.checkKeys(v, rpcInterfaceOptions)
	l.cfg.RPCInterfaces = append(l.cfg.RPCInterfaces, r)
}
