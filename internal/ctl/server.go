package ctl

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
)

// DefaultURL is where a supervisor is looked for when nothing says otherwise.
const DefaultURL = "http://localhost:9001"

// The environment variables from which name and password are taken when no flag gives
// them: a flag can be read by everybody who may list processes.
const (
	UsernameVariable = "SUPERVISOR_USERNAME"
	PasswordVariable = "SUPERVISOR_PASSWORD"
)

// CACertVariable is the environment variable that stands for --cacert.
const CACertVariable = "SUPERVISOR_CACERT"

// flags holds the values of the command's flags; what is empty was not given.
type flags struct {
	configuration, serverURL, username, password, passwordFile, caFile, historyFile string
	interactive                                                                     bool
}

// settings finds the server to talk to, and the rest of what the file says. The URL comes
// from the flag, else from the configuration file, else it is the default; name and
// password come from the flags, of which the URL may be one, else from the environment,
// else from the file.
func (f flags) settings(env Env) (Settings, error) {
	file, err := env.LoadFile(f.configuration)
	if err != nil && (f.configuration != "" || f.serverURL == "") {
		return Settings{}, err
	}
	if f.passwordFile != "" {
		if f.password, err = readPasswordFile(env, f.passwordFile); err != nil {
			return Settings{}, err
		}
	}
	username, _ := env.LookupEnv(UsernameVariable)
	password, _ := env.LookupEnv(PasswordVariable)
	caFile, _ := env.LookupEnv(CACertVariable)
	place, urlUsername, urlPassword := splitLogin(f.serverURL)
	filePlace, fileUsername, filePassword := splitLogin(file.URL)
	if f.serverURL == "" {
		file.Username, file.Password = cmp.Or(file.Username, fileUsername), cmp.Or(file.Password, filePassword)
	}
	s := Server{
		URL:      cmp.Or(place, filePlace, DefaultURL),
		Username: cmp.Or(f.username, urlUsername, username, file.Username),
		Password: cmp.Or(f.password, urlPassword, password, file.Password),
		CAFile:   cmp.Or(f.caFile, caFile),
		From:     file.From,
	}
	switch {
	case f.serverURL != "":
		s.From = "given by -s"
	case file.URL == "":
		s.From = "the default, since " + file.From
	}
	return Settings{s, file.Prompt, cmp.Or(f.historyFile, file.HistoryFile)}, checkURL(s.URL)
}

// splitLogin takes name and password off an http URL, so that no message shows them.
func splitLogin(s string) (place, username, password string) {
	scheme, rest, isURL := strings.Cut(s, "://")
	authority, path := rest, ""
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority, path = rest[:end], rest[end:]
	}
	at := strings.LastIndexByte(authority, '@')
	if !isURL || scheme == "unix" || at < 0 {
		return s, "", ""
	}
	username, password, _ = strings.Cut(authority[:at], ":")
	return scheme + "://" + authority[at+1:] + path, unescape(username), unescape(password)
}

// unescape returns what %XX stand for; all as it is if one of them stands for nothing.
func unescape(s string) string {
	if text, err := url.PathUnescape(s); err == nil {
		return text
	}
	return s
}

// readPasswordFile returns the first line of a file.
func readPasswordFile(env Env, path string) (string, error) {
	text, err := env.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("password: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return "", fmt.Errorf("password: %s: the first line is empty", path)
	}
	return line, nil
}

// checkURL refuses what has no scheme and no place, as Python does. Whether the scheme
// is one we speak is for Dial to say.
func checkURL(s string) error {
	if socket, isUnix := strings.CutPrefix(s, "unix://"); isUnix && socket != "" {
		return nil // a path may hold what a URL may not
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Host == "" && u.Path == "" {
		return fmt.Errorf("invalid value for -s '%s': value '%s' is not a URL; try %s or unix:///run/supervisor.sock",
			s, s, DefaultURL)
	}
	return nil
}
