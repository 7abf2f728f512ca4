package webhook

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// The bounds of trying again.
const (
	maxAttempts   = 8
	firstDelay    = time.Second // doubles with each attempt
	maxDelay      = 30 * time.Second
	maxRetryAfter = 5 * time.Minute // longer ones are not obeyed
)

// statusError is an answer that does not take an event.
type statusError struct {
	status     int
	retryAfter time.Duration // what the server asks for; zero: nothing
}

// Error names the status.
func (e *statusError) Error() string {
	text := "HTTP " + strconv.Itoa(e.status) + " " + http.StatusText(e.status)
	if e.status/100 == 3 {
		text += " (redirects are not followed)"
	}
	return text
}

// lasting reports whether the same request would get the same answer again.
func (e *statusError) lasting() bool {
	switch e.status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return e.status < 500
}

// delay returns how long to wait after an attempt, counted from 1, that has failed; false
// for giving up.
func delay(attempt int, failure error) (time.Duration, bool) {
	status, answered := errors.AsType[*statusError](failure)
	if attempt >= maxAttempts || answered && status.lasting() {
		return 0, false
	}
	d := min(firstDelay<<(attempt-1), maxDelay)
	d -= rand.N(d / 2) // or all hooks that a server has refused come back at once
	if answered {
		d = max(d, min(status.retryAfter, maxRetryAfter))
	}
	return d, true
}

// retryAfter reads the header of that name: seconds, or a time.
func retryAfter(value string) time.Duration {
	if n, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
