package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// host answers what codecs ask of the machine, and remembers the answers for one Load.
type host struct {
	lookupUser  func(string) (User, error)
	lookupGroup func(string) (UserGroup, error)
	home        string // what ~ stands for

	users  map[string]error
	groups map[string]error
	dirs   map[string]bool
}

func newHost(o Options, environ map[string]string) *host {
	h := &host{
		lookupUser: o.LookupUser, lookupGroup: o.LookupGroup, home: environ["HOME"],
		users: map[string]error{}, groups: map[string]error{}, dirs: map[string]bool{},
	}
	if h.lookupUser == nil {
		h.lookupUser = LookupUser
	}
	if h.lookupGroup == nil {
		h.lookupGroup = LookupGroup
	}
	return h
}

// isDir says whether a directory exists.
func (h *host) isDir(path string) bool {
	is, known := h.dirs[path]
	if !known {
		info, err := os.Stat(path)
		is = err == nil && info.IsDir()
		h.dirs[path] = is
	}
	return is
}

// checkUser says whether an account exists, in Python's words if not.
func (h *host) checkUser(name string) error {
	err, known := h.users[name]
	if !known {
		if _, e := h.lookupUser(name); e != nil {
			err = fmt.Errorf("Invalid user name %s", name) //nolint:staticcheck // Python's words
			if _, e := strconv.Atoi(name); e == nil {
				err = fmt.Errorf("Invalid user id %s", name) //nolint:staticcheck // Python's words
			}
		}
		h.users[name] = err
	}
	return err
}

// checkGroup is checkUser for groups.
func (h *host) checkGroup(name string) error {
	err, known := h.groups[name]
	if !known {
		if _, e := h.lookupGroup(name); e != nil {
			err = fmt.Errorf("Invalid group name %s", name) //nolint:staticcheck // Python's words
			if _, e := strconv.Atoi(name); e == nil {
				err = fmt.Errorf("Invalid group id %s", name) //nolint:staticcheck // Python's words
			}
		}
		h.groups[name] = err
	}
	return err
}

// expandUser replaces ~ and ~name at the start of a path, as Python's
// os.path.expanduser: what cannot be resolved stays.
func (h *host) expandUser(path string) string {
	if !strings.HasPrefix(path, "~") {
		return path
	}
	name, rest, _ := strings.Cut(path[1:], "/")
	home := h.home
	if name == "" && home == "" {
		name = strconv.Itoa(os.Getuid())
	}
	if name != "" {
		u, err := h.lookupUser(name)
		if err != nil {
			return path
		}
		home = u.Home
	}
	if home == "" {
		return path
	}
	if rest == "" && !strings.HasSuffix(path, "/") {
		return home
	}
	return strings.TrimSuffix(home, "/") + "/" + rest
}

// The codecs of paths and accounts.
var (
	// homePath is a path in which ~ is expanded.
	homePath = codec[string]{kind: "path", print: plain, parse: func(h *host, s string) (string, error) { return h.expandUser(s), nil }}
	// absolutePath is a path made absolute.
	absolutePath = codec[string]{kind: "path", print: plain, parse: func(h *host, s string) (string, error) {
		return absolute(h.expandUser(s))
	}}
	// newFile is the path of a file whose directory must exist; made absolute.
	newFile = codec[string]{kind: "path in an existing directory", print: plain, parse: func(h *host, s string) (string, error) {
		p, err := h.existingDirpath(s)
		if err != nil {
			return "", err
		}
		return absolute(p)
	}}
	// directory is an existing directory.
	directory = codec[string]{kind: "existing directory", print: plain, parse: func(h *host, s string) (string, error) {
		p := h.expandUser(s)
		if !h.isDir(p) {
			return "", fmt.Errorf("%s is not an existing directory", s)
		}
		return absolute(p)
	}}
	account = codec[string]{kind: "user", print: plain, parse: func(h *host, s string) (string, error) { return s, h.checkUser(s) }}
	// accountGroup is user or user:group.
	accountGroup = codec[string]{kind: "user or user:group", print: plain, parse: func(h *host, s string) (string, error) {
		u, g, both := strings.Cut(s, ":")
		err := h.checkUser(u)
		if err == nil && both {
			err = h.checkGroup(g)
		}
		return s, err
	}}
)

// existingDirpath expands ~ and checks that the directory of a path exists.
func (h *host) existingDirpath(s string) (string, error) {
	p := h.expandUser(s)
	if dir := filepath.Dir(p); strings.Contains(p, "/") && !h.isDir(dir) {
		return "", fmt.Errorf("The directory named as part of the path %s does not exist", s) //nolint:staticcheck // Python's words
	}
	return p, nil
}

// absolute is filepath.Abs of a path that must not be empty.
func absolute(p string) (string, error) {
	if p == "" {
		return "", errors.New("the path is empty")
	}
	return filepath.Abs(p)
}

// owner is a codec for "user" or "user:group"; complaint is Python's text before the
// value that is not one.
func owner(complaint string) codec[Owner] {
	return codec[Owner]{kind: "user or user:group", print: Owner.String, parse: func(h *host, s string) (Owner, error) {
		u, g, both := strings.Cut(s, ":")
		err := h.checkUser(u)
		if err == nil && both {
			err = h.checkGroup(g)
		}
		if err != nil {
			return Owner{}, fmt.Errorf("%s %s", complaint, s)
		}
		return Owner{User: u, Group: g}, nil
	}}
}

// fileMode is octal with Python's complaint for the option.
func fileMode(complaint string) codec[os.FileMode] {
	return pure("octal number", shape{pattern: octalPattern}, func(s string) (os.FileMode, error) {
		m, err := parseOctal(s)
		if err != nil {
			return 0, fmt.Errorf("%s %s", complaint, s)
		}
		return m, nil
	}, printOctal)
}

// String returns the owner as it would be written in a file.
func (o Owner) String() string {
	if o.Group == "" {
		return o.User
	}
	return o.User + ":" + o.Group
}
