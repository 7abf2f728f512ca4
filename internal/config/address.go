package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"strconv"
	"strings"
)

// address is where a server listens.
type address struct {
	Host string // empty: all interfaces
	Port int
}

// inetAddress is the codec of an [inet_http_server]'s port: host:port, :port, *:port
// or port. An IPv6 address stands in brackets, which Python cannot do.
var inetAddress = pure("[host]:port", shape{json: "integer", pattern: addressPattern}, func(s string) (address, error) {
	i := strings.LastIndexByte(s, ':')
	n, err := parsePort(s[i+1:])
	if i < 0 {
		if err != nil {
			err = fmt.Errorf("not a valid port number: '%s' ", s) // Python has the blank
		}
		return address{"", n}, err
	}
	host := strings.ToLower(s[:i])
	if host == "*" {
		host = ""
	}
	return address{strings.Trim(host, "[]"), n}, err
}, address.String)

// String returns the address as it would be written in a file.
func (a address) String() string {
	if a.Host == "" {
		return "*:" + strconv.Itoa(a.Port)
	}
	return net.JoinHostPort(a.Host, strconv.Itoa(a.Port))
}

// parsePort reads a port number, with Python's complaints.
func parsePort(s string) (int, error) {
	if s == "" {
		return 0, errors.New("no port number specified in ''")
	}
	n, err := parseInt(s)
	switch {
	case err != nil:
		return 0, err
	case n > 65535:
		return 0, fmt.Errorf("%d is above upper bound (65535)", n)
	case n < 1:
		return 0, fmt.Errorf("%d is below lower bound (1)", n)
	}
	return n, nil
}

// remotes is a list of name:host:port.
var remotes = pure("list of name:host:port", shape{}, func(s string) ([]Remote, error) {
	items, _ := parseList(s)
	var all []Remote
	for _, item := range items {
		name, rest, _ := strings.Cut(item, ":")
		host, port, err := net.SplitHostPort(rest)
		n, portErr := parsePort(port)
		if err != nil || portErr != nil || name == "" || host == "" {
			return nil, fmt.Errorf("not a valid name:host:port: '%s'", item)
		}
		all = append(all, Remote{Name: name, Host: host, Port: n})
	}
	return all, nil
}, func(all []Remote) string {
	var items []string
	for _, r := range all {
		items = append(items, r.Name+":"+net.JoinHostPort(r.Host, strconv.Itoa(r.Port)))
	}
	return printList(items)
})

// serverURL is the codec of supervisorctl's serverurl. As in Python, the path of a
// unix:// URL is cleaned and made absolute; what is unusable shows when it is used.
var serverURL = codec[string]{kind: "URL", print: plain, parse: func(h *host, s string) (string, error) {
	p, ok := strings.CutPrefix(strings.TrimSpace(s), "unix://")
	if !ok {
		return strings.TrimSpace(s), nil
	}
	p, err := absolute(h.expandUser(p))
	return "unix://" + p, err
}}

// childServerURL is the codec of a program's serverurl. AUTO is empty.
var childServerURL = pure("URL or `AUTO`", shape{}, func(s string) (string, error) {
	if s = strings.TrimSpace(s); strings.EqualFold(s, "auto") {
		return "", nil
	}
	return s, nil
}, func(s string) string {
	if s == "" {
		return "AUTO"
	}
	return s
})

// fcgiSocket is the codec of a FastCGI program's socket.
var fcgiSocket = pure("tcp://host:port or unix:///path", shape{pattern: socketPattern}, func(s string) (string, error) {
	if p, ok := strings.CutPrefix(s, "unix://"); ok {
		if !strings.HasPrefix(p, "/") {
			return "", fmt.Errorf("('Unix socket path %%s is not an absolute path', '%s')", p)
		}
		return "unix://" + path.Clean(p), nil
	}
	if hostPort, ok := strings.CutPrefix(s, "tcp://"); ok {
		host, port, err := net.SplitHostPort(hostPort)
		if _, portErr := parsePort(port); err == nil && portErr == nil && host != "" {
			return s, nil
		}
	}
	return "", fmt.Errorf("('Bad socket format %%s', '%s')", s)
}, plain)

// backlog is the codec of socket_backlog.
var backlog = pure("integer from 1 to 65535", shape{json: "integer", pattern: positivePattern, least: 1}, func(s string) (int, error) {
	n, err := parseInt(s)
	if err == nil && (n < 1 || n > 65535) {
		err = fmt.Errorf("Invalid socket_backlog value %s", s) //nolint:staticcheck // Python's words
	}
	return n, err
}, func(n int) string {
	if n == 0 { // not given
		return ""
	}
	return strconv.Itoa(n)
})

// hook is the codec of what a hook or check runs: a command, or the URL of something
// to call. A check's URL may be followed by options.
var hook = pure("command, http(s)://… or tcp://host:port", shape{}, func(s string) (string, error) {
	first, _, _ := strings.Cut(s, " ")
	scheme, rest, ok := strings.Cut(first, "://")
	if !ok {
		return s, nil
	}
	switch scheme {
	case "http", "https":
		if u, err := url.Parse(first); err == nil && u.Host != "" {
			return s, nil
		}
	case "tcp":
		host, port, err := net.SplitHostPort(rest)
		if _, portErr := parsePort(port); err == nil && portErr == nil && host != "" {
			return s, nil
		}
	}
	return "", fmt.Errorf("not a command, an http(s):// or a tcp://host:port URL: '%s'", s)
}, plain)

// webhookURL is the codec of url. What is wrong with it is said without it, since it may
// hold a secret.
var webhookURL = pure("http:// or https:// URL", shape{pattern: `https?://.+`}, func(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", errors.New("must be http://host/path or https://host/path")
	}
	return s, nil
}, plain)

// failureAction is the codec of liveness_check_failure_action.
var failureAction = pure("`restart`, `stop` or a command", shape{}, func(s string) (string, error) {
	switch lower := strings.ToLower(s); lower {
	case "restart", "stop":
		return lower, nil
	case "":
		return "", errors.New("no action given")
	}
	return s, nil
}, plain)
