package httpd

import (
	"fmt"
	"os"
)

// Change gives a server that was opened as old the name, password, mode and owner of next.
// Network and address stay: no connection is closed, and the next request on each has to
// have the new name and password. They hold even if the error says that mode or owner could
// not be changed. It must not be called twice at a time.
func (s *Server) Change(old, next Spec) error {
	user, err := newLogin(next, s.log)
	if err != nil {
		return err
	}
	s.login.Store(user)
	if s.bound.access == nil || old.Mode == next.Mode && old.UID == next.UID && old.GID == next.GID {
		return nil
	}
	err = s.bound.access(next.Mode, changedID(old.UID, next.UID, os.Geteuid), changedID(old.GID, next.GID, os.Getegid))
	if err != nil {
		return fmt.Errorf("%s: %w", next.Section, err)
	}
	return nil
}

// changedID returns the number to change an owner to: -1 for none, and our own where a file
// was somebody's and is to be nobody's in particular.
func changedID(old, next int, own func() int) int {
	if old == next {
		return -1
	}
	if next < 0 {
		return own()
	}
	return next
}
