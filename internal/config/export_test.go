package config

import (
	"fmt"
	"strings"
)

// Dump shows a configuration: of each section the options that are not as by default.
func Dump(c *Config) string {
	var b strings.Builder
	l := newLoader(Options{Environ: []string{}})
	fmt.Fprintf(&b, "included %d\n", len(c.Included))
	d := Supervisord{ChildLogDir: "/tmp"}
	setDefaults(l, supervisordOptions, &d)
	dump(&b, "supervisord", supervisordOptions, &d, &c.Supervisord)
	if c.Supervisorctl.Present {
		var d Supervisorctl
		setDefaults(l, supervisorctlOptions, &d)
		dump(&b, "supervisorctl", supervisorctlOptions, &d, &c.Supervisorctl)
	}
	for _, u := range c.UnixServers {
		dump(&b, u.Section, unixServerOptions, &UnixServer{Chmod: 0o700}, &u)
	}
	for _, i := range c.InetServers {
		dump(&b, i.Section, inetServerOptions, &inetSection{}, &inetSection{i, address{i.Host, i.Port}})
	}
	for _, r := range c.RPCInterfaces {
		fmt.Fprintf(&b, "rpcinterface %v\n", r)
	}
	for _, g := range c.Groups {
		fmt.Fprintf(&b, "group %s kind=%d priority=%d\n", g.Name, g.Kind, g.Priority)
		if g.Listener != nil {
			dump(&b, " listener", listenerOptions, &Listener{}, g.Listener)
		}
		for _, p := range g.Programs {
			dump(&b, fmt.Sprintf("  %s %s:%s#%d", p.Section, p.Group, p.Name, p.ProcessNum), programOptions, &l.program, &p)
			if p.FastCGI != nil {
				dump(&b, "   fastcgi", fastCGIOptions, &FastCGI{}, p.FastCGI)
			}
		}
	}
	for _, w := range c.Webhooks {
		dump(&b, "webhook "+w.Name, listenerOptions, &Listener{}, &w.Listener)
	}
	return b.String()
}

func dump[S any](b *strings.Builder, title string, t *table[S], deflt, s *S) {
	b.WriteString(title)
	for _, o := range t.rows {
		if got := o.get(s); got != o.get(deflt) && o.Name != processNameKey {
			fmt.Fprintf(b, " %s=%s", o.Name, got)
		}
	}
	b.WriteString("\n")
}
