package daemon

import (
	"context"
	"errors"
	"net"
	"slices"

	"supervisord/internal/httpd"
	"supervisord/internal/mainlog"
)

// rebinding is a change of the servers that is under way. A server whose address stays is
// kept, whatever section it is in, unless somebody has removed its file.
type rebinding struct {
	s      *servers
	next   []bound
	before map[*httpd.Server]httpd.Spec // of those kept, what they were
	opened []bound
	leave  []bound // those that go
	deaf   []bound // of leave, those that have made room for others
}

// rebind opens the servers that are new. If one of them cannot be opened, all is as
// before.
func (s *servers) rebind(all []httpd.Spec) (*rebinding, error) {
	s.mu.Lock()
	x := &rebinding{s: s, leave: slices.Clone(s.bound), before: make(map[*httpd.Server]httpd.Spec)}
	s.mu.Unlock()
	var missing []int
	for i, spec := range all {
		at := slices.IndexFunc(x.leave, func(b bound) bool {
			return b.spec.Network == spec.Network && b.spec.Address == spec.Address && !b.server.Lost()
		})
		b := bound{spec: spec}
		if at < 0 {
			missing = append(missing, i)
		} else {
			b.server = x.leave[at].server
			x.before[b.server] = x.leave[at].spec
			x.leave = slices.Delete(x.leave, at, at+1)
		}
		x.next = append(x.next, b)
	}
	for _, i := range missing {
		server, err := x.open(all[i])
		if err != nil {
			x.abandon()
			return nil, err
		}
		x.next[i].server = server
		x.opened = append(x.opened, x.next[i])
	}
	return x, nil
}

// open opens a server. Where one of those that go is in its way, as 127.0.0.1:9001 is in
// that of *:9001, that one listens no longer.
func (x *rebinding) open(spec httpd.Spec) (*httpd.Server, error) {
	server, err := httpd.Listen(spec, x.s.log)
	if !errors.Is(err, httpd.ErrInUse) || !x.makeRoom(spec) {
		return server, err
	}
	return httpd.Listen(spec, x.s.log)
}

// makeRoom ends the listening of those that go and have the port of spec, and reports
// whether there were any.
func (x *rebinding) makeRoom(spec httpd.Spec) bool {
	some := false
	for _, b := range x.leave {
		if b.spec.Network == "tcp" && spec.Network == "tcp" && port(b.spec) == port(spec) && !slices.Contains(x.deaf, b) {
			_ = b.server.StopListening() // the next attempt to listen tells
			x.deaf = append(x.deaf, b)
			some = true
		}
	}
	return some
}

func port(spec httpd.Spec) string {
	_, port, _ := net.SplitHostPort(spec.Address) // it was made by JoinHostPort
	return port
}

// abandon closes what was opened, and opens again what has made room.
func (x *rebinding) abandon() {
	for _, b := range x.opened {
		_ = b.server.Close() // nobody has used it
	}
	x.leave = x.deaf
	s := x.s
	for _, b := range x.deaf {
		server, err := httpd.Listen(b.spec, s.log)
		s.mu.Lock()
		switch at := slices.Index(s.bound, b); {
		case err != nil:
			mainlog.At(s.log, mainlog.LevelCritical, "an HTTP server is lost", "err", err)
			s.bound = slices.Delete(s.bound, at, at+1)
		case s.over:
			_ = server.Close() // nobody has used it
		default:
			s.bound[at].server = server
			s.serveOne(s.bound[at])
		}
		s.gone = append(s.gone, b.server)
		s.mu.Unlock()
	}
	x.finish()
}

// make puts the new servers to use and changes those that are kept. It returns what went
// wrong, by section.
func (x *rebinding) make() map[string]error {
	s := x.s
	problems := make(map[string]error)
	for i, b := range x.next {
		was, kept := x.before[b.server]
		if !kept {
			s.announce(b)
			continue
		}
		authenticated := b.server.Authenticated()
		if err := b.server.Change(was, b.spec); err != nil {
			problems[b.spec.Section] = err
			x.next[i].spec.Mode, x.next[i].spec.UID, x.next[i].spec.GID = was.Mode, was.UID, was.GID
		}
		if authenticated {
			s.warnOpen(b)
		}
	}
	if len(x.next) == 0 && len(x.leave) > 0 {
		s.log.Warn("no HTTP server is left: until the daemon is told by SIGHUP to read its configuration again, it obeys signals only")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bound = x.next
	for _, b := range x.opened {
		s.serveOne(b)
	}
	for _, b := range x.leave {
		s.gone = append(s.gone, b.server)
	}
	return problems
}

// finish closes the servers that go. The requests that they are answering, among which
// may be the one that has brought this about, have a moment to end.
func (x *rebinding) finish() {
	s := x.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return // all are being closed
	}
	for _, b := range x.leave {
		s.leaving.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), farewell)
			defer cancel()
			s.close(ctx, b.server)
			s.mu.Lock()
			defer s.mu.Unlock()
			s.gone = slices.DeleteFunc(s.gone, func(g *httpd.Server) bool { return g == b.server })
		})
	}
}
