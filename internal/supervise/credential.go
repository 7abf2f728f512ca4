package supervise

import (
	"strings"

	"supervisord/internal/child"
	"supervisord/internal/config"
)

// lookupCredential finds the user and its groups for "user" or "user:group".
func lookupCredential(name string) (*child.Credential, error) {
	user, group, hasGroup := strings.Cut(name, ":")
	u, err := config.LookupUser(user)
	if err != nil {
		return nil, err
	}
	cred := &child.Credential{UID: u.UID, GID: u.GID, Groups: u.Groups}
	if !hasGroup {
		return cred, nil
	}
	g, err := config.LookupGroup(group)
	if err != nil {
		return nil, err
	}
	cred.GID = g.GID
	return cred, nil
}
