package ctl

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"supervisord/client"
	"supervisord/internal/control"
)

// apiVersion is the version of the XML-RPC interface that we speak.
const apiVersion = "3.0"

// session is a conversation with one supervisor. One goroutine uses it.
type session struct {
	api     API
	server  Server
	env     Env
	command string        // how it was called: "supervisord ctl" or "supervisorctl"
	out     *bufio.Writer // flushed by whoever runs the session
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
	if v.operands == noOperands && len(c.args) > 0 {
		return s.usageError(v.name, "%s accepts no arguments", v.name)
	}
	code := exitOK
	if v.online {
		code, err = s.checkServer(ctx)
		if code != exitOK && v.name == "status" {
			code = exitStatusUndefined
		}
	}
	if err == nil && code == exitOK {
		code, err = v.run(s, ctx, c)
	}
	if err != nil {
		if errors.Is(err, client.ErrUnauthorized) {
			s.printf("Server requires authentication\n")
		}
		s.printf("error: %s\n", s.explain(err))
		return exitGeneric
	}
	return code
}

// checkServer asks the server which interface it speaks. If it cannot be talked to, it
// prints why, in Python's words, and returns the exit code.
func (s *session) checkServer(ctx context.Context) (int, error) {
	version, err := s.api.APIVersion(ctx)
	switch {
	case err == nil && version == apiVersion:
		return exitOK, nil
	case err == nil:
		s.printf("Sorry, this version of supervisorctl expects to talk to a server with API version %s, "+
			"but the remote version is %s.\n", apiVersion, version)
		return exitWrongVersion, nil
	case hasCode(err, control.UnknownMethod):
		s.printf("Sorry, supervisord responded but did not recognize the supervisor namespace commands " +
			"that supervisorctl uses to control it.  Please check that the [rpcinterface:supervisor] section " +
			"is enabled in the configuration file (see sample.conf).\n")
		return exitUnimplemented, nil
	}
	words, code := s.unreachable(err)
	if words == "" {
		return exitGeneric, err
	}
	s.printf("%s\n", words)
	return code, nil
}

// unreachable returns Python's words and exit code for a server that is not there; no
// words for any other error.
func (s *session) unreachable(err error) (words string, code int) {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s.server.URL + " no such file", exitNotRunning
	case errors.Is(err, syscall.ECONNREFUSED):
		return s.server.URL + " refused connection", exitNoPrivilege
	}
	return "", exitOK
}

// explain says what is wrong and what can be done about it.
func (s *session) explain(err error) string {
	if words, _ := s.unreachable(err); words != "" {
		return words + "; is supervisord running, and is this its address?"
	}
	switch {
	case errors.Is(err, client.ErrUnauthorized) && s.server.Username == "":
		return fmt.Sprintf("give a name and a password: -u and -p, or $%s and $%s, or username and password in [supervisorctl]",
			UsernameVariable, PasswordVariable)
	case errors.Is(err, client.ErrUnauthorized):
		return fmt.Sprintf("the server did not accept the name or the password of %q", s.server.Username)
	case errors.Is(err, fs.ErrPermission):
		return s.server.URL + " permission denied; run as its owner, or see chmod and chown in [unix_http_server]"
	case hasCode(err, control.ShutdownState):
		return "SHUTDOWN_STATE: supervisord is shutting down or restarting; try again when it is up"
	case hasCode(err, control.UnknownMethod):
		return "UNKNOWN_METHOD: the server has no such command; is [rpcinterface:supervisor] in its configuration file?"
	}
	if fault, ok := errors.AsType[*control.Fault](err); ok {
		return fault.Error()
	}
	if _, ok := errors.AsType[*client.HTTPError](err); ok {
		return err.Error() + "; is this the address of a supervisord?"
	}
	return err.Error()
}

// hasCode reports whether err is a fault with that code.
func hasCode(err error, c control.Code) bool { return errors.Is(err, control.NewFault(c, "")) }
