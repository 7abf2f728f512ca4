package fcgi

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"supervisord/internal/config"
	"supervisord/internal/event"
)

// Spec is a socket. Equal ones are one socket.
type Spec = config.FastCGI

// errGone says that the socket was closed while a start was being prepared.
var errGone = errors.New("the program was stopped meanwhile")

// Sockets are the open sockets. The zero value has none; Log is set before use. Its
// methods may be called from any goroutine.
type Sockets struct {
	Log *slog.Logger

	closing sync.WaitGroup

	mu    sync.Mutex // not held while a socket is opened or closed
	known map[Spec]*socket
}

// socket is one that somebody holds, or that is about to be closed.
type socket struct {
	working sync.Mutex // held while it is opened, closed or copied
	open    listener   // nil: closed; guarded by working

	holders int // guarded by Sockets.mu
}

// none is no descriptor.
const none = -1

// listener is an open socket.
type listener interface {
	// Descriptor returns the socket in blocking mode. It belongs to the listener.
	Descriptor() uintptr
	Close() error
}

// Hold keeps the socket open, once it is, until Release. It does not open it, and does not
// block.
func (s *Sockets) Hold(spec Spec) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.known[spec]
	if k == nil {
		if s.known == nil {
			s.known = make(map[Spec]*socket)
		}
		k = new(socket)
		s.known[spec] = k
	}
	k.holders++
}

// Release takes a Hold back. Without holders the socket is closed, in the background,
// since a file system may not answer.
func (s *Sockets) Release(spec Spec) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.known[spec]
	if k.holders--; k.holders == 0 {
		s.closing.Go(func() { s.closeUnheld(spec, k) })
	}
}

// held reports whether somebody holds k, which the caller works at. If not, and if it is
// closed, it is forgotten.
func (s *Sockets) held(spec Spec, k *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k.holders == 0 && s.known[spec] == k && k.open == nil {
		delete(s.known, spec)
	}
	return k.holders > 0
}

// closeUnheld closes a socket unless it is held again.
func (s *Sockets) closeUnheld(spec Spec, k *socket) {
	k.working.Lock()
	defer k.working.Unlock()
	if s.held(spec, k) || k.open == nil {
		return
	}
	err := k.open.Close()
	s.Log.Info(event.ClosingSocket(spec.Socket)) // now that it is true
	if err != nil {
		s.Log.Warn("socket "+spec.Socket+" cannot be closed in order", "err", err)
	}
	k.open = nil
	s.held(spec, k)
}

// closePredecessors returns when those sockets are closed that had the same address with
// other options, and that nobody holds any more.
func (s *Sockets) closePredecessors(spec Spec) {
	unheld := make(map[Spec]*socket)
	s.mu.Lock()
	for other, k := range s.known {
		if other != spec && other.Socket == spec.Socket && k.holders == 0 {
			unheld[other] = k
		}
	}
	s.mu.Unlock()
	for other, k := range unheld {
		s.closeUnheld(other, k)
	}
}

// Copy returns a copy of the socket's descriptor, which is opened if need be. Somebody must
// hold it. It is in blocking mode unless a program has changed that, for which package os
// has no place. It may block.
func (s *Sockets) Copy(spec Spec) (fd int, err error) {
	s.mu.Lock()
	k := s.known[spec]
	s.mu.Unlock()
	if k == nil {
		return none, errGone
	}
	s.closePredecessors(spec)
	k.working.Lock()
	defer k.working.Unlock()
	if !s.held(spec, k) {
		return none, errGone
	}
	if k.open == nil {
		s.Log.Info(event.CreatingSocket(spec.Socket))
		l, err := open(spec, s.Log)
		if err != nil {
			return none, fmt.Errorf("Could not create FastCGI socket %s: %w", spec.Socket, err) //nolint:staticcheck // ST1005: Python's words
		}
		k.open = l
		if !s.held(spec, k) { // its Release could not wait for us
			return none, errGone
		}
	}
	return duplicate(k.open.Descriptor())
}

// Close closes every socket, held or not, and returns when that is done.
func (s *Sockets) Close() {
	s.mu.Lock()
	for spec, k := range s.known {
		k.holders = 0
		s.closing.Go(func() { s.closeUnheld(spec, k) })
	}
	s.mu.Unlock()
	s.closing.Wait()
}
