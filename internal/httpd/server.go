package httpd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/net/netutil"
)

// Server is one bound HTTP server. Its methods may be called from any goroutine.
type Server struct {
	// Limits holds what a client may use. Listen fills in DefaultLimits; set before Serve.
	Limits Limits

	section string
	log     *slog.Logger
	login   atomic.Pointer[login] // nil: everybody is let in
	bound   *listener
	deaf    atomic.Bool // StopListening was called
	http    http.Server
	abort   context.CancelFunc // ends the contexts of all requests
	conns   sync.WaitGroup     // open connections; only the goroutine in Serve adds
}

// Listen binds the server's address. From then on clients can connect; they are answered
// once Serve is called. Whoever calls neither Serve nor Shutdown must call Close.
//
// The error of an address in use is ErrInUse; the text of this and of other bind errors
// begins with the words of Python's Supervisor. A host name may need a look-up, which
// gets 10 seconds.
func Listen(spec Spec, log *slog.Logger) (*Server, error) {
	log = log.With("server", spec.Section)
	user, err := newLogin(spec, log)
	if err != nil {
		return nil, err
	}
	bound, err := open(spec, log)
	if err != nil {
		return nil, err
	}
	base, abort := context.WithCancel(context.Background())
	s := &Server{Limits: DefaultLimits(), section: spec.Section, log: log, bound: bound, abort: abort}
	s.login.Store(user)
	s.http.BaseContext = func(net.Listener) context.Context { return base }
	s.http.ConnState = s.count
	s.http.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	s.http.DisableGeneralOptionsHandler = true // it would answer without authentication
	return s, nil
}

// Serve answers requests with handler. It returns nil when Shutdown or Close has been
// called and the last connection has gone, or an error when no more connections can be
// accepted. It may be called once.
//
// A handler that goes on after its request's context has ended, and that does not write
// either, keeps Serve waiting.
func (s *Server) Serve(handler http.Handler) error {
	s.http.Handler = s.guard(handler)
	s.http.ReadHeaderTimeout = s.Limits.HeaderTime
	s.http.ReadTimeout = s.Limits.RequestTime // http.Server lifts it once the body has been read
	s.http.IdleTimeout = s.Limits.IdleTime
	s.http.MaxHeaderBytes = s.Limits.HeaderBytes

	err := s.http.Serve(netutil.LimitListener(s.bound, s.Limits.Connections))
	if errors.Is(err, http.ErrServerClosed) || s.deaf.Load() {
		err = nil
	} else {
		err = errors.Join(fmt.Errorf("%s: %w", s.section, err), s.Close())
	}
	s.conns.Wait()
	s.abort()
	return err
}

// count keeps track of the open connections for Serve. http.Server reports a new one
// from within its Serve, so none can be added once that has returned.
func (s *Server) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.conns.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.conns.Done()
	case http.StateActive, http.StateIdle: // still open
	}
}

// StopListening frees the address. Connections that are open go on until Shutdown or Close.
func (s *Server) StopListening() error {
	s.deaf.Store(true)
	return s.bound.Close()
}

// Shutdown stops listening, lets requests in progress finish until ctx ends, and then
// closes their connections. The error says that some were cut off.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = fmt.Errorf("%s: requests cut off: %w", s.section, err)
	}
	return errors.Join(err, s.Close())
}

// Close stops listening and closes all connections at once. A unix socket's file is
// removed, unless somebody else's has taken its place.
func (s *Server) Close() error {
	s.abort()
	return errors.Join(s.http.Close(), s.bound.Close())
}

// URL is the server's address in the form of SUPERVISOR_SERVER_URL: unix://path, or
// http://host:port with localhost for a server on all interfaces.
func (s *Server) URL() string { return s.bound.url }

// Lost says whether the file of a unix socket has been removed, so that nobody finds the
// server any more.
func (s *Server) Lost() bool {
	if s.bound.path == "" {
		return false
	}
	_, err := os.Lstat(s.bound.path)
	return errors.Is(err, fs.ErrNotExist)
}

// Authenticated says whether a name and a password are asked for.
func (s *Server) Authenticated() bool { return s.login.Load() != nil }

// File returns a duplicate of the listening descriptor, for a new supervisor that takes
// over without a moment in which clients are refused. The caller closes it.
func (s *Server) File() (*os.File, error) { return s.bound.file() }
