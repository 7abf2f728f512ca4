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
	// interactive is set in a shell: questions are asked.
	interactive bool
	editor      Editor // nil while no lines are edited
	left        bool   // the shell is to end
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
		s.printf("Error: %v\nFor help, use %s --help\n", err, s.callOf(v.name))
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

// callOf returns how to call a line that begins with a verb: in the shell by itself.
func (s *session) callOf(line string) string {
	if s.interactive {
		return line
	}
	return s.command + " " + line
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
	for range logins {
		if !errors.Is(err, client.ErrUnauthorized) {
			break
		}
		if s.interactive {
			s.printf("%s", wantsLogin)
		}
		if !s.login(ctx) {
			break
		}
		code, err = s.attempt(ctx, v, c)
	}
	if errors.Is(err, client.ErrUnauthorized) && !s.interactive && s.doc == nil {
		s.printf("%s", wantsLogin)
	}
	switch {
	case err == nil:
		return code
	case s.editor != nil && errors.Is(err, context.Canceled):
		s.printf("\n") // behind the ^C that the terminal shows
	default:
		s.reportError(err)
	}
	if ctx.Err() != nil {
		_, code = whyEnded(ctx)
		return code
	}
	return exitGeneric
}

// wantsLogin is what Python's supervisorctl says before it asks, or gives up.
const wantsLogin = "Server requires authentication\n"

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
