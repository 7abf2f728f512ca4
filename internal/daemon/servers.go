package daemon

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/event"
	"supervisord/internal/eventstream"
	"supervisord/internal/httpd"
	"supervisord/internal/logtail"
	"supervisord/internal/mainlog"
	"supervisord/internal/rpc"
)

// farewell is how long requests that are being answered may take when the servers
// close.
const farewell = 2 * time.Second

// servers are the HTTP servers of one generation.
type servers struct {
	log *slog.Logger
	// serving are the servers that answer requests, and leaving the shutdowns of those
	// that an update has taken away.
	serving errgroup.Group
	leaving sync.WaitGroup

	mu      sync.Mutex
	bound   []bound         // TCP first
	gone    []*httpd.Server // taken away, with connections that end
	handler http.Handler    // nil before serve
	end     func()          // ends the answers that go on; nil before serve
	over    bool            // nothing is served any more
}

// bound is a server and what it was opened as.
type bound struct {
	spec   httpd.Spec
	server *httpd.Server
}

// specs are the servers of a configuration, TCP first as Python opens them.
func specs(c *config.Config) ([]httpd.Spec, error) {
	var all []httpd.Spec
	for _, in := range c.InetServers {
		all = append(all, httpd.Spec{
			Section: in.Section, Network: "tcp", Address: net.JoinHostPort(in.Host, strconv.Itoa(in.Port)),
			Username: in.Username, Password: in.Password,
		})
	}
	for _, un := range c.UnixServers {
		uid, gid, err := un.Chown.IDs()
		if err != nil {
			return nil, err
		}
		all = append(all, httpd.Spec{
			Section: un.Section, Network: "unix", Address: un.File,
			Mode: un.Chmod, UID: uid, GID: gid, Username: un.Username, Password: un.Password,
		})
	}
	return all, nil
}

// listen binds every server of the configuration; either all or none stay open.
func listen(c *config.Config, log *slog.Logger) (*servers, error) {
	s := &servers{log: log}
	all, err := specs(c)
	if err != nil {
		return nil, err
	}
	for _, spec := range all {
		server, err := httpd.Listen(spec, log)
		if err != nil {
			for _, b := range s.bound {
				_ = b.server.Close() // the error that counts is the other one
			}
			return nil, err
		}
		s.bound = append(s.bound, bound{spec, server})
		s.announce(bound{spec, server})
	}
	return s, nil
}

// announce logs that a server is open, in Python's words.
func (s *servers) announce(b bound) {
	s.log.Info(event.InterfaceReady("supervisor"))
	s.warnOpen(b)
}

// warnOpen logs that a server lets everybody in.
func (s *servers) warnOpen(b bound) {
	if !b.server.Authenticated() {
		mainlog.At(s.log, mainlog.LevelCritical, event.NoAuthentication(b.spec.Section))
	}
}

// url returns what programs find in SUPERVISOR_SERVER_URL: the first unix socket, else
// the first TCP server, else nothing.
func (s *servers) url() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := slices.IndexFunc(s.bound, func(b bound) bool { return b.spec.Network == "unix" })
	if first < 0 && len(s.bound) > 0 {
		first = 0
	}
	if first < 0 {
		return ""
	}
	return s.bound[first].server.URL()
}

// serve answers requests until shutdown, which calls end before it waits for them.
func (s *servers) serve(handler http.Handler, end func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler, s.end = handler, end
	for _, b := range s.bound {
		s.serveOne(b)
	}
}

// serveOne is called with s.mu held, and not when all is over.
func (s *servers) serveOne(b bound) {
	s.serving.Go(func() error { return b.server.Serve(s.handler) })
}

// faces returns the handler of all that can be asked for over HTTP, and what ends the
// answers that have no end of their own.
func faces(api control.API, log *slog.Logger) (handler http.Handler, end func()) {
	xmlrpc := rpc.NewHandler(api, log)
	tails := logtail.NewHandler(api, log)
	events := eventstream.NewHandler(api, log)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case strings.HasPrefix(path, "/RPC2"): // whatever follows, as Python
			xmlrpc.ServeHTTP(w, r)
		case strings.HasPrefix(path, "/logtail"), strings.HasPrefix(path, "/mainlogtail"):
			tails.ServeHTTP(w, r)
		case path == "/events":
			events.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	}), func() { tails.Close(); events.Close() }
}

// shutdown lets the requests that are being answered end, for a moment, and closes the
// servers.
func (s *servers) shutdown() {
	s.mu.Lock()
	s.over = true
	all, end := slices.Clone(s.gone), s.end
	for _, b := range s.bound {
		all = append(all, b.server)
	}
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	if end != nil {
		end()
	}
	for _, server := range all {
		s.close(ctx, server)
	}
	ended := make(chan error, 1)
	go func() { err := s.serving.Wait(); s.leaving.Wait(); ended <- err }()
	select {
	case err := <-ended:
		if err != nil {
			s.log.Error("HTTP server ended", "err", err)
		}
	case <-time.After(farewell): // a handler that reads from a disk that hangs
		s.log.Warn("requests are left behind that do not end")
	}
}

func (s *servers) close(ctx context.Context, server *httpd.Server) {
	if err := server.Shutdown(ctx); err != nil {
		s.log.Warn("HTTP server did not close in order", "err", err)
	}
}
