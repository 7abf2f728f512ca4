package ctl

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"syscall"

	"supervisord/client"
	"supervisord/internal/control"
)

// apiVersion is the version of the XML-RPC interface that we speak.
const apiVersion = "3.0"

// checkServer asks the server which interface it speaks. If it cannot be talked to, it
// prints why, in Python's words, and returns the exit code.
func (s *session) checkServer(ctx context.Context) (int, error) {
	version, err := s.api.APIVersion(ctx)
	switch {
	case err == nil && version == apiVersion:
		return exitOK, nil
	case err == nil:
		s.complain(fmt.Sprintf("Sorry, this version of supervisorctl expects to talk to a server with API version %s, "+
			"but the remote version is %s.", apiVersion, version))
		return exitWrongVersion, nil
	case hasCode(err, control.UnknownMethod):
		s.complain("Sorry, supervisord responded but did not recognize the supervisor namespace commands " +
			"that supervisorctl uses to control it.  Please check that the [rpcinterface:supervisor] section " +
			"is enabled in the configuration file (see sample.conf).")
		return exitUnimplemented, nil
	}
	words, code := s.unreachable(err)
	if words == "" {
		return exitGeneric, err
	}
	s.complain(words)
	s.hintWhere()
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

// hintWhere says what can be done about a server that is not there.
func (s *session) hintWhere() {
	text := "is supervisord running?"
	if s.server.From != "" {
		text += " The address is " + s.server.From + "."
	}
	s.hint(text)
}

// reportError says why a verb ended early.
func (s *session) reportError(err error) {
	s.complain("error: " + s.explain(err))
	if words, _ := s.unreachable(err); words != "" {
		s.hintWhere()
	}
}

// explain says what is wrong, and what can be done about it.
func (s *session) explain(err error) string {
	if words, _ := s.unreachable(err); words != "" {
		return words
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
	if words := s.explainTLS(err); words != "" {
		return words
	}
	if isTimeout(err) {
		return s.server.URL + " does not answer; is supervisord stopped or overloaded, or a firewall in between?"
	}
	if isHangUp(err) {
		return s.server.URL + " has closed the connection; has supervisord ended, or is this another server?"
	}
	if isStranger(err) {
		return err.Error() + "; is this the address of a supervisord?"
	}
	return err.Error()
}

// explainTLS says what is wrong with the encryption of a connection; nothing for any
// other error.
func (s *session) explainTLS(err error) string {
	if errors.Is(err, http.ErrSchemeMismatch) {
		return s.server.URL + " does not speak https; try http://"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return fmt.Sprintf("%s has a certificate of an unknown authority; name the file of its certificate by --cacert or $%s",
			s.server.URL, CACertVariable)
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Sprintf("%s has a certificate that is not good for it: %v", s.server.URL, e.Err)
	}
	return ""
}

func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

// isStranger reports whether err is that of a server that is none of ours.
func isStranger(err error) bool {
	_, ok := errors.AsType[*client.HTTPError](err)
	return ok || errors.Is(err, client.ErrMalformed)
}

// isHangUp reports whether err is that of a server that has gone in the middle of an answer.
func isHangUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
}

// hasCode reports whether err is a fault with that code.
func hasCode(err error, c control.Code) bool { return errors.Is(err, control.NewFault(c, "")) }
