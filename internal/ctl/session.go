package ctl

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"supervisord/client"
)

// session is a conversation with one supervisor. One goroutine uses it.
type session struct {
	api     API
	server  Server
	env     Env
	command string        // how it was called: "supervisord ctl" or "supervisorctl"
	out     *bufio.Writer // flushed by whoever runs the session
	doc     *document     // the answer of the command under way, if it is to be JSON
}

func (s *session) printf(format string, args ...any) { fmt.Fprintf(s.out, format, args...) }

// run runs one command line and returns its exit code. An empty line does nothing.
func (s *session) run(ctx context.Context, line string) int {
	name, args := parseLine(line)
	if name == "" && len(args) == 0 {
		return exitOK
	}
	v, ok := findVerb(name)
	if !ok {
		s.printf("*** Unknown syntax: %s\n", strings.TrimSpace(line))
		return exitGeneric
	}
	c, err := v.parse(args)
	if err != nil {
		s.printf("Error: %v\nFor help, use %s --help\n", err, v.name)
		return exitInvalidArgs
	}
	if c.help {
		s.printHelp(v)
		return exitOK
	}
	if c.json {
		s.doc = &document{}
	}
	code := s.perform(ctx, v, c)
	s.printDocument()
	return code
}

// perform does what a verb does and returns its exit code. When the server wants a
// password that can be asked for, it begins again with that.
func (s *session) perform(ctx context.Context, v verb, c call) int {
	if v.operands == noOperands && len(c.args) > 0 {
		return s.usageError(v.name, "%s accepts no arguments", v.name)
	}
	if c.timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, c.timeout)
		defer cancel()
		ctx = limited
	}
	code, err := s.attempt(ctx, v, c)
	if errors.Is(err, client.ErrUnauthorized) && s.askPassword() {
		code, err = s.attempt(ctx, v, c)
	}
	if err != nil {
		s.reportError(err)
		if ctx.Err() != nil {
			_, code = whyEnded(ctx)
			return code
		}
		return exitGeneric
	}
	return code
}

// attempt checks the server, if the verb wants that, and runs the verb.
func (s *session) attempt(ctx context.Context, v verb, c call) (int, error) {
	if v.online {
		code, err := s.checkServer(ctx)
		if code != exitOK && v.name == "status" {
			code = exitStatusUndefined
		}
		if err != nil || code != exitOK {
			return code, err
		}
	}
	return v.run(s, ctx, c)
}

// askPassword asks for the password of the user who is named without one, and reports
// whether there is now something else to try.
func (s *session) askPassword() bool {
	if s.server.Username == "" || s.server.Password != "" {
		return false
	}
	password, err := s.env.ReadPassword("Password for " + s.server.Username + ": ")
	if err != nil || password == "" {
		return false
	}
	server := s.server
	server.Password = password
	api, err := s.env.Dial(server)
	if err != nil {
		return false
	}
	s.server, s.api = server, api
	return true
}
