package client

import (
	"errors"
	"fmt"
	"net/http"
)

// ErrUnauthorized says that the server wants another user name or password, or any.
var ErrUnauthorized = errors.New("unauthorized")

// ErrMalformed says that what answered does not speak XML-RPC as a supervisor does.
var ErrMalformed = errors.New("not an answer of a supervisor")

var errTooLong = errors.New("the answer is too long")

// HTTPError is an answer with an HTTP status that is neither 200 nor 401.
type HTTPError struct{ Status int }

// Error names the status.
func (e *HTTPError) Error() string {
	return fmt.Sprintf("HTTP %d %s", e.Status, http.StatusText(e.Status))
}
