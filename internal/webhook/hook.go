package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"supervisord/internal/bus"
	"supervisord/internal/event"
)

// DefaultTimeout is how long a request may take if nothing else is said.
const DefaultTimeout = 10 * time.Second

// farewell is how long the last events may take when a hook is closed.
const farewell = 2 * time.Second

// Options describe a hook.
type Options struct {
	Name   string
	URL    string // http or https; name and password in it are sent as basic authentication
	Secret string // signs what is posted; empty: nothing does
	Types  []event.Type
	// Size is how many events wait before the oldest is dropped.
	Size int
	// Timeout is how long a request may take; zero: DefaultTimeout.
	Timeout time.Duration
	// Server is the daemon's identifier, and Host the machine's name, for the body.
	Server, Host string
	Log          *slog.Logger
	// Transport sends requests; nil: one with the certificates of the system.
	Transport http.RoundTripper
}

// Hook is a webhook that is open. Its methods may be called from any goroutine.
type Hook struct {
	o       Options
	address *url.URL
	shown   string // where it posts to, without what may be secret
	client  *http.Client
	sub     *bus.Subscription
	cancel  context.CancelFunc
	done    chan struct{} // closed when run has returned

	mu    sync.Mutex
	stats Stats

	// Owned by run.
	dropped uint64 // of the queue, and told
	failing bool   // the last attempt has failed, and that was told
}

// Stats are the figures of one hook since it was opened.
type Stats struct {
	Waiting   int    // events in the queue
	Delivered uint64 // events that the server has taken
	Retries   uint64 // attempts beyond the first of an event
	GivenUp   uint64 // events that the server has not taken
	Dropped   uint64 // events lost because the queue was full
}

// Open begins to post the events of a bus. The error says what is wrong with the URL.
// Close the hook after use.
func Open(b *bus.Bus, o Options) (*Hook, error) {
	address, err := url.Parse(o.URL)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return nil, fmt.Errorf("webhook %s: the URL is not http://… or https://…", o.Name) // err shows it
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Transport == nil {
		o.Transport = newTransport()
	}
	ctx, cancel := context.WithCancel(context.Background())
	h := &Hook{
		o: o, address: address, shown: address.Scheme + "://" + address.Host, cancel: cancel, done: make(chan struct{}),
		client: &http.Client{
			Transport: o.Transport,
			// It would take the events elsewhere, and turn POST into GET.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		sub: b.Subscribe(o.Size, o.Types...),
	}
	go h.run(ctx) // Close ends it and waits
	return h, nil
}

// newTransport keeps one connection for a while after the last event.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
		MaxIdleConns: 1, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10,
	}
}

// Close takes no more events and returns when those that wait are posted, or two seconds
// have passed.
func (h *Hook) Close() {
	h.sub.Close()
	late := time.AfterFunc(farewell, h.cancel)
	<-h.done
	late.Stop()
	h.cancel()
	h.client.CloseIdleConnections()
}

// Stats returns the figures of the hook.
func (h *Hook) Stats() Stats {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.stats
	s.Waiting, s.Dropped = h.sub.Waiting(), h.sub.Lost()
	return s
}

// count changes the figures.
func (h *Hook) count(change func(*Stats)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(&h.stats)
}

// run posts events until the subscription is closed and empty, or ctx ends.
func (h *Hook) run(ctx context.Context) {
	defer close(h.done)
	for e := range h.sub.Events(ctx) {
		h.tellDropped()
		h.deliver(ctx, e)
	}
	h.tellDropped()
	if left := h.sub.Waiting(); left > 0 {
		h.warn(fmt.Sprintf("%d events are lost, since supervisord does not wait for %s any longer", left, h.shown), nil)
	}
}

// tellDropped logs how many events the queue has lost since it was called last.
func (h *Hook) tellDropped() {
	if now := h.sub.Lost(); now > h.dropped {
		h.warn(fmt.Sprintf("buffer overflowed, %d events are lost (buffer_size=%d)", now-h.dropped, h.o.Size), nil)
		h.dropped = now
	}
}

// deliver posts an event until the server has taken it or it is given up.
func (h *Hook) deliver(ctx context.Context, e event.Event) {
	d, err := h.prepare(e)
	for attempt := 1; err == nil; attempt++ {
		failure := h.post(ctx, d)
		if failure == nil {
			h.count(func(s *Stats) { s.Delivered++ })
			h.tellWorks()
			return
		}
		wait, again := delay(attempt, failure)
		if !again {
			err = fmt.Errorf("after %d attempts: %w", attempt, failure)
			break
		}
		h.tellFails(failure)
		if !sleep(ctx, wait) {
			err = errors.New("supervisord does not wait any longer")
			break
		}
		h.count(func(s *Stats) { s.Retries++ })
	}
	h.count(func(s *Stats) { s.GivenUp++ })
	h.warn(fmt.Sprintf("event %d (%s) is given up", e.Serial, e.Type), err)
}

// tellFails logs once that the server is out of order, until it works again.
func (h *Hook) tellFails(err error) {
	if !h.failing {
		h.failing = true
		h.warn(h.shown+" does not take events; trying again", err)
	}
}

func (h *Hook) tellWorks() {
	if h.failing {
		h.failing = false
		h.o.Log.Info("webhook "+h.o.Name+": "+h.shown+" takes events again", "webhook", h.o.Name)
	}
}

func (h *Hook) warn(words string, err error) {
	attrs := []any{"webhook", h.o.Name}
	if err != nil {
		attrs = append(attrs, "err", err)
	}
	h.o.Log.Warn("webhook "+h.o.Name+": "+words, attrs...)
}

// sleep waits, and reports whether ctx has lasted.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
