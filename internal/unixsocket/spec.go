package unixsocket

import (
	"errors"
	"fmt"
	"os"
)

// ErrInUse says that somebody else listens at the path, or is about to.
var ErrInUse = errors.New("another program is listening there")

// Spec is what a socket is to be like.
type Spec struct {
	Path     string      // absolute
	Mode     os.FileMode // permissions; the umask does not matter
	UID, GID int         // -1: left alone
	Backlog  int         // how many connections may wait; 0: as many as the system allows
}

// Socket is a listening socket with a name. File is in blocking mode.
type Socket struct {
	File *os.File

	path string
	ours os.FileInfo
}

// Close removes the name if it still is that of this socket, and closes File. While the
// socket is open no other file can have its number. It goes on listening until its name
// is gone, so that nobody finds it stale before.
func (s *Socket) Close() error { return errors.Join(s.Remove(), s.File.Close()) }

// Remove removes the name if it still is that of this socket. Python's Supervisor removes
// whatever is there, so that a successor cannot be reached any more.
func (s *Socket) Remove() error {
	now, err := os.Lstat(s.path)
	if err != nil || !os.SameFile(now, s.ours) {
		return nil // not ours to complain about
	}
	return os.Remove(s.path)
}

// SetAccess gives the name another mode and owner, if it still is that of this socket. At
// no time it is more accessible than before or afterwards.
func (s *Socket) SetAccess(mode os.FileMode, uid, gid int) error {
	now, err := os.Lstat(s.path)
	if err != nil {
		return err
	}
	if !os.SameFile(now, s.ours) {
		return fmt.Errorf("%s is not our socket any more", s.path)
	}
	return errors.Join(
		os.Chmod(s.path, mode.Perm()&now.Mode().Perm()), // while it changes hands
		os.Lchown(s.path, uid, gid),
		os.Chmod(s.path, mode.Perm()),
	)
}
