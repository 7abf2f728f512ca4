package runner

import (
	"os"

	"supervisord/internal/child"
	"supervisord/internal/config"
)

// ownCredential returns whom a program with user= runs as, nil if no user is named or the
// daemon is that user already.
func ownCredential(user string) (*child.Credential, error) {
	if user == "" {
		return nil, nil //nolint:nilnil // no user is no error
	}
	u, err := config.LookupIdentity(user)
	if err != nil {
		return nil, err
	}
	if os.Getuid() == u.UID && os.Getgid() == u.GID {
		return nil, nil //nolint:nilnil // no switch is no error
	}
	if os.Getuid() != 0 {
		return nil, child.CannotSwitch(u.UID, "Can't drop privilege as nonroot user")
	}
	return &child.Credential{UID: u.UID, GID: u.GID, Groups: u.Groups}, nil
}
