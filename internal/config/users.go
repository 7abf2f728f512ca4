package config

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// User is an account of the system's user database.
type User struct {
	Name     string
	UID, GID int
	Home     string
	// Groups are the supplementary groups, GID first.
	Groups []int
}

// UserGroup is a group of the system's user database.
type UserGroup struct {
	Name string
	GID  int
}

// LookupUser finds an account by name or, failing that, by number. Without cgo the
// standard library reads /etc/passwd and /etc/group only; what is not there is asked
// of getent(1), which knows the directory services too. It may run a command.
func LookupUser(name string) (User, error) {
	u, err := user.Lookup(name)
	if err != nil && isNumber(name) {
		u, err = user.LookupId(name)
	}
	if err != nil {
		return getentUser(name)
	}
	groups, err := u.GroupIds()
	if err != nil {
		return User{}, fmt.Errorf("groups of %s: %w", u.Username, err)
	}
	return newUser(u, groups)
}

// LookupGroup finds a group by name or number, as LookupUser does.
func LookupGroup(name string) (UserGroup, error) {
	g, err := user.LookupGroup(name)
	if err != nil && isNumber(name) {
		g, err = user.LookupGroupId(name)
	}
	if err != nil {
		f, err := getent("group", name, 3)
		if err != nil {
			return UserGroup{}, err
		}
		g = &user.Group{Name: f[0], Gid: f[2]}
	}
	gid, err := parseID(g.Gid)
	return UserGroup{Name: g.Name, GID: gid}, err
}

// LookupIdentity finds whom "user" or "user:group" names: the account, with the group's
// GID if there is one. It may run a command, as LookupUser.
func LookupIdentity(name string) (User, error) {
	name, group, hasGroup := strings.Cut(name, ":")
	u, err := LookupUser(name)
	if err != nil || !hasGroup {
		return u, err
	}
	g, err := LookupGroup(group)
	if err != nil {
		return User{}, err
	}
	u.GID = g.GID
	return u, nil
}

// IDs returns the numbers of an owner, -1 for what is not given. A user without a group
// stands for the user's own group. It may run a command, as LookupUser.
func (o Owner) IDs() (uid, gid int, err error) {
	uid, gid = -1, -1
	if o.User != "" {
		u, err := LookupUser(o.User)
		if err != nil {
			return 0, 0, err
		}
		uid, gid = u.UID, u.GID
	}
	if o.Group != "" {
		g, err := LookupGroup(o.Group)
		if err != nil {
			return 0, 0, err
		}
		gid = g.GID
	}
	return uid, gid, nil
}

// newUser makes a User of what databases hold as text.
func newUser(u *user.User, groups []string) (User, error) {
	uid, err := parseID(u.Uid)
	if err != nil {
		return User{}, err
	}
	gid, err := parseID(u.Gid)
	if err != nil {
		return User{}, err
	}
	all := []int{gid}
	for _, g := range groups {
		if id, err := parseID(g); err == nil && id != gid {
			all = append(all, id)
		}
	}
	return User{Name: u.Username, UID: uid, GID: gid, Home: u.HomeDir, Groups: all}, nil
}

// getentUser asks getent for an account and its groups.
func getentUser(name string) (User, error) {
	f, err := getent("passwd", name, 6)
	if err != nil {
		return User{}, err
	}
	u := &user.User{Username: f[0], Uid: f[2], Gid: f[3], HomeDir: f[5]}
	// The answer is one line, "name  gid gid …".
	line, err := runGetent("initgroups", u.Username)
	if err != nil {
		return User{}, err
	}
	ids := strings.Fields(line)
	return newUser(u, ids[min(1, len(ids)):])
}

// getent returns the colon-separated fields of a database entry, at least n.
func getent(database, key string, n int) ([]string, error) {
	line, err := runGetent(database, key)
	if err != nil {
		return nil, err
	}
	fields := strings.Split(line, ":")
	if len(fields) < n {
		return nil, fmt.Errorf("%s entry of %s is not understood", database, key)
	}
	return fields, nil
}

// getentPatience is how long a directory service may take to answer.
const getentPatience = 10 * time.Second

// runGetent returns the first line of getent's answer.
func runGetent(database, key string) (string, error) {
	if key == "" || strings.HasPrefix(key, "-") {
		return "", fmt.Errorf("%s entry of %q not found", database, key)
	}
	ctx, cancel := context.WithTimeout(context.Background(), getentPatience)
	defer cancel()
	out, err := exec.CommandContext(ctx, "getent", database, key).Output()
	// A daemon that reaps all its children may have been faster than exec; the answer
	// tells as much as the exit status.
	reaped := errors.Is(err, syscall.ECHILD) && len(out) > 0
	if err != nil && !reaped {
		return "", fmt.Errorf("%s entry of %q not found: %w", database, key, err)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line, nil
}

func isNumber(s string) bool {
	_, err := parseID(s)
	return err == nil
}

func parseID(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("not a number: %q", s)
	}
	return int(n), nil
}
