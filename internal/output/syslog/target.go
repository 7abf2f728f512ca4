package syslog

import (
	"fmt"
	"net"
	"strconv"
)

// Target is a syslog server. The zero value is that of this machine.
type Target struct {
	// Network is "" for the local server, else "udp", "tcp" or "tls".
	Network string
	// Host is the name or address of a remote server.
	Host string
	// Port is the port of a remote server; it has no default here.
	Port int
}

// String returns "local", or the target in the form of the configuration:
// udp:host:port.
func (t Target) String() string {
	if t.local() {
		return "local"
	}
	return t.Network + ":" + t.address()
}

func (t Target) local() bool { return t.Network == "" }

// stream reports whether messages must be told apart by their length.
func (t Target) stream() bool { return t.Network == "tcp" || t.Network == "tls" }

func (t Target) address() string { return net.JoinHostPort(t.Host, strconv.Itoa(t.Port)) }

func (t Target) check() error {
	switch t.Network {
	case "":
		if t != (Target{}) {
			return fmt.Errorf("syslog server %s:%d has no network", t.Host, t.Port)
		}
		return nil
	case "udp", "tcp", "tls":
	default:
		return fmt.Errorf("syslog server %s: not a network: %q", t.Host, t.Network)
	}
	if t.Host == "" {
		return fmt.Errorf("syslog server %s: no host", t)
	}
	if t.Port < 1 || t.Port > 65535 {
		return fmt.Errorf("syslog server %s: not a port: %d", t, t.Port)
	}
	return nil
}
