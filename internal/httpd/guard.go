package httpd

import (
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
)

// guard is what stands between a connection and the faces.
type guard struct {
	login     *atomic.Pointer[login] // of the server
	bodyBytes int64
	patience  time.Duration // of an answer
	log       *slog.Logger
	next      http.Handler // behind it: the same-origin check, then the caller's handler
}

func (s *Server) guard(handler http.Handler) *guard {
	return &guard{
		login:     &s.login,
		bodyBytes: s.Limits.BodyBytes,
		patience:  s.Limits.WriteTime,
		log:       s.log,
		next:      http.NewCrossOriginProtection().Handler(handler),
	}
}

// ServeHTTP lets a request through or answers why not, and logs it.
func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	a := &answer{ResponseWriter: w, patience: g.patience}
	user, ok := g.login.Load().check(r)
	defer func() {
		// The name is logged of those who got in: others may have typed a password
		// there. The path is the escaped one, since %0A would start a log line.
		g.log.Debug("request", "method", r.Method, "path", r.URL.EscapedPath(),
			"status", a.status, "duration", time.Since(began), "user", user)
	}()

	w.Header().Set("Server", "supervisord")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	r.Body = http.MaxBytesReader(w, r.Body, g.bodyBytes)
	if !ok {
		w.Header().Set("WWW-Authenticate", `Basic realm="default"`)
		http.Error(a, "unauthorized", http.StatusUnauthorized)
		return
	}
	if r.ContentLength > g.bodyBytes { // of unknown length: reading it fails at the limit
		http.Error(a, "request body too large", http.StatusRequestEntityTooLarge)
		return
	}
	g.next.ServeHTTP(a, r)
	a.hurry() // for what the server still has to write: after a long stream the last term is over
}

// answer remembers the status for the access log.
type answer struct {
	http.ResponseWriter
	status   int           // 0 until a header has been written
	patience time.Duration // for the client to take a piece
}

// piece is how much of an answer a client must take within its patience, in bytes.
const piece = 64 << 10

// hurry gives the client a new term to take what is written next, so that nobody holds a
// connection by not reading.
func (a *answer) hurry() {
	if a.patience > 0 {
		// Without a connection that has deadlines (in a test) there is nothing to hurry.
		_ = http.NewResponseController(a.ResponseWriter).SetWriteDeadline(time.Now().Add(a.patience))
	}
}

// WriteHeader notes the first final status; the server ignores later ones.
func (a *answer) WriteHeader(status int) {
	if a.status < http.StatusOK {
		a.status = status
	}
	a.hurry()
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status < http.StatusOK {
		a.status = http.StatusOK
	}
	written := 0
	for {
		a.hurry()
		n, err := a.ResponseWriter.Write(p[written:min(written+piece, len(p))])
		written += n
		if err != nil || written == len(p) {
			return written, err
		}
	}
}

// FlushError is what http.ResponseController calls.
func (a *answer) FlushError() error { return http.NewResponseController(a.ResponseWriter).Flush() }

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
