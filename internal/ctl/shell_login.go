package ctl

import "context"

// logins is how often name and password are asked for before a verb fails.
const logins = 3

// login asks for a name and a password after a server has refused, and reports whether
// there are new ones. Outside of a shell only the password that belongs to a given name is
// asked for, on a terminal: as a flag everybody could read it.
func (s *session) login(ctx context.Context) bool {
	server := s.server
	hasName := server.Username != "" && server.Password == ""
	prompt := "Password:"
	if !s.interactive {
		if !hasName {
			return false
		}
		prompt = "Password for " + server.Username + ": "
		s.openInput(ctx)
		defer s.closeInput()
	}
	var err error
	if !hasName {
		server.Username, err = s.ask("Username:")
	}
	if err == nil {
		server.Password, err = s.enterPassword(prompt)
	}
	if err != nil || server.Username == "" {
		return false
	}
	api, err := s.env.Dial(server)
	if err == nil {
		s.api, s.server = api, server
	}
	return err == nil
}

// enterPassword reads a line that is not shown, if it is typed. In a shell it may come from
// Stdin as well, as in Python.
func (s *session) enterPassword(prompt string) (password string, err error) {
	if err := s.out.Flush(); err != nil {
		return "", err
	}
	if s.editor != nil {
		return s.editor.ReadPassword(prompt)
	}
	password, err = s.env.ReadPassword(prompt)
	if err != nil && s.interactive {
		password, err = s.readLine()
		s.printf("\n")
	}
	return password, err
}
