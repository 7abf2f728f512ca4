package ctl

import (
	"context"
	"strings"
)

// open takes another server for what follows, with the same name and password if the URL
// has none, and shows its status. As by Python, only a URL that is none is an error.
func (s *session) open(ctx context.Context, c call) (int, error) {
	server := s.server
	place, username, password := splitLogin(strings.Join(c.args, " "))
	server.URL, server.From = place, "given to open"
	if username != "" {
		server.Username, server.Password = username, password
	}
	if !hasScheme(server.URL) {
		s.printf("ERROR: url must be http:// or unix://\n")
		return exitGeneric, nil
	}
	api, err := s.env.Dial(server)
	if err != nil {
		s.printf("ERROR: %v\n", err)
		return exitGeneric, nil
	}
	s.api, s.server = api, server
	status, _ := findVerb("status")
	_, err = s.attempt(ctx, status, call{})
	return exitOK, err
}

// hasScheme reports whether a URL is of a kind that we speak.
func hasScheme(url string) bool {
	for _, scheme := range []string{"http://", "https://", "unix://"} {
		if strings.HasPrefix(url, scheme) {
			return true
		}
	}
	return false
}

// exit leaves the shell. Outside of one nothing is to be left.
func (s *session) exit(context.Context, call) (int, error) {
	s.printf("\n")
	s.left = true
	return exitOK, nil
}
