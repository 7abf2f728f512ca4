package httpstream

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// farewell is how long a client may take, once the end has come, to read what was
// written to it.
const farewell = time.Second

// Streams are the streams of one kind. Its methods may be called from any goroutine.
type Streams struct {
	max int

	mu     sync.Mutex
	open   map[*http.Request]func() // each ends one
	closed bool
}

// New returns Streams of which there may be so many at a time.
func New(most int) *Streams {
	return &Streams{max: most, open: make(map[*http.Request]func())}
}

// Enter makes room for a stream, unless there are too many or the end has come. The
// context ends with the request or by Close, and out then soon, even if the client reads
// nothing; leave must be called.
func (s *Streams) Enter(r *http.Request, out *http.ResponseController) (ctx context.Context, leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.open) >= s.max {
		return nil, nil, false
	}
	ctx, cancel := context.WithCancel(r.Context())
	s.open[r] = func() {
		cancel()
		_ = out.SetWriteDeadline(time.Now().Add(farewell)) // one that cannot ends when the connection does
	}
	return ctx, func() {
		cancel()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open, r)
	}, true
}

// Close ends all streams and refuses others.
func (s *Streams) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, end := range s.open {
		end()
	}
}

// Begin sends the header of a stream at once; an error says that nobody is there to read
// it.
func Begin(w http.ResponseWriter, out *http.ResponseController, contentType string) error {
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("X-Content-Type-Options", "nosniff") // programs may write HTML
	header.Set("X-Accel-Buffering", "no")           // for nginx: pass it on at once
	w.WriteHeader(http.StatusOK)
	return out.Flush()
}

// Fail answers with an HTTP status and its name.
func Fail(w http.ResponseWriter, status int) { http.Error(w, http.StatusText(status), status) }
