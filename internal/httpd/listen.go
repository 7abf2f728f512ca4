package httpd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"supervisord/internal/unixsocket"
)

// Spec describes one server, as its section in the configuration does.
type Spec struct {
	Section string // as written, e.g. unix_http_server
	Network string // "unix" or "tcp"
	Address string // an absolute path, or host:port; no host: all interfaces, IPv4 and IPv6

	Mode     os.FileMode // permissions of a unix socket; the umask does not matter
	UID, GID int         // owner and group of a unix socket; -1: left alone

	Username string // empty, together with Password: no authentication
	Password string // plain, or {SHA} and the 40 hexadecimal digits of its SHA-1
}

// lookupTime limits the search for the address of a host name.
const lookupTime = 10 * time.Second

// listener is a bound socket that may be closed more than once.
type listener struct {
	net.Listener
	url   string
	close func() error
	file  func() (*os.File, error)
	// access changes mode and owner; nil: it has none.
	access func(mode os.FileMode, uid, gid int) error
	path   string // of a unix socket
}

// Close closes the socket; only the first call does something.
func (l *listener) Close() error { return l.close() }

// open binds the address of spec.
func open(spec Spec, log *slog.Logger) (*listener, error) {
	switch spec.Network {
	case "unix":
		return openUnix(spec, log)
	case "tcp":
		return openTCP(spec)
	}
	return nil, fmt.Errorf("%s: unknown network %q", spec.Section, spec.Network)
}

// openUnix puts a socket at the path of spec.
func openUnix(spec Spec, log *slog.Logger) (*listener, error) {
	s, err := unixsocket.Listen(unixsocket.Spec{Path: spec.Address, Mode: spec.Mode, UID: spec.UID, GID: spec.GID}, log)
	if err != nil {
		return nil, socketError(spec, err)
	}
	defer func() { _ = s.File.Close() }() // the listener has a duplicate of its own
	l, err := net.FileListener(s.File)
	if err != nil {
		_ = s.Remove() // the error to report is the other one
		return nil, bindError(spec, err)
	}
	return &listener{
		Listener: l,
		url:      "unix://" + spec.Address,
		file:     l.(*net.UnixListener).File,
		close:    sync.OnceValue(func() error { return errors.Join(s.Remove(), l.Close()) }),
		access:   s.SetAccess,
		path:     spec.Address,
	}, nil
}

func openTCP(spec Spec) (*listener, error) {
	host, _, err := net.SplitHostPort(spec.Address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", spec.Section, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", spec.Address)
	if err != nil {
		return nil, bindError(spec, err)
	}
	tcp := l.(*net.TCPListener)
	return &listener{
		Listener: tcp,
		url:      tcpURL(host, tcp.Addr().(*net.TCPAddr).Port),
		close:    sync.OnceValue(tcp.Close),
		file:     tcp.File,
	}, nil
}

// tcpURL names a TCP server as Python does for its children: in lower case, and localhost
// where the server listens on all interfaces.
func tcpURL(host string, port int) string {
	if host == "" {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(strings.ToLower(host), strconv.Itoa(port))
}
