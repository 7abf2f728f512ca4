package daemon

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
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
	inet, unix []*httpd.Server
	serving    errgroup.Group
	end        func() // ends the answers that go on; nil before serve
}

// listen binds every server of the configuration, TCP first as Python does; either all
// or none stay open.
func listen(c *config.Config, log *slog.Logger) (*servers, error) {
	s := &servers{}
	for _, in := range c.InetServers {
		spec := httpd.Spec{
			Section: in.Section, Network: "tcp", Address: net.JoinHostPort(in.Host, strconv.Itoa(in.Port)),
			Username: in.Username, Password: in.Password,
		}
		if err := s.add(&s.inet, spec, log); err != nil {
			return nil, err
		}
	}
	for _, un := range c.UnixServers {
		uid, gid, err := un.Chown.IDs()
		if err != nil {
			s.close()
			return nil, err
		}
		spec := httpd.Spec{
			Section: un.Section, Network: "unix", Address: un.File,
			Mode: un.Chmod, UID: uid, GID: gid, Username: un.Username, Password: un.Password,
		}
		if err := s.add(&s.unix, spec, log); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *servers) add(to *[]*httpd.Server, spec httpd.Spec, log *slog.Logger) error {
	server, err := httpd.Listen(spec, log)
	if err != nil {
		s.close()
		return err
	}
	*to = append(*to, server)
	log.Info(event.InterfaceReady("supervisor"))
	if !server.Authenticated() {
		mainlog.At(log, mainlog.LevelCritical, event.NoAuthentication(spec.Section))
	}
	return nil
}

// all returns every server, TCP first.
func (s *servers) all() []*httpd.Server {
	return append(append([]*httpd.Server{}, s.inet...), s.unix...)
}

// url returns what programs find in SUPERVISOR_SERVER_URL: the first unix socket, else
// the first TCP server, else nothing.
func (s *servers) url() string {
	for _, list := range [][]*httpd.Server{s.unix, s.inet} {
		if len(list) > 0 {
			return list[0].URL()
		}
	}
	return ""
}

// serve answers requests until shutdown, which calls end before it waits for them.
func (s *servers) serve(handler http.Handler, end func()) {
	s.end = end
	for _, server := range s.all() {
		s.serving.Go(func() error { return server.Serve(handler) })
	}
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
func (s *servers) shutdown(log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	if s.end != nil {
		s.end()
	}
	for _, server := range s.all() {
		if err := server.Shutdown(ctx); err != nil {
			log.Warn("HTTP server did not close in order", "err", err)
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- s.serving.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			log.Error("HTTP server ended", "err", err)
		}
	case <-time.After(farewell): // a handler that reads from a disk that hangs
		log.Warn("requests are left behind that do not end")
	}
}

// close closes servers that never served.
func (s *servers) close() {
	for _, server := range s.all() {
		_ = server.Close() // the error that counts is the one that led here
	}
}
