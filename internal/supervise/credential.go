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
	cred := &child.Credential{UID: int(u.UID), GID: int(u.GID)}
	for _, g := range u.Groups {
		cred.Groups = append(cred.Groups, int(g))
	}
	if !hasGroup {
		return cred, nil
	}
	g, err := config.LookupGroup(group)
	if err != nil {
		return nil, err
	}
	cred.GID = int(g.GID)
	return cred, nil
}
