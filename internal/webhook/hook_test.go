package webhook_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/bus"
	"supervisord/internal/event"
	"supervisord/internal/testenv"
	"supervisord/internal/webhook"
)

// remote returns an event that is told apart by its kind.
func remote(kind string) event.Event {
	return event.Event{At: time.Unix(1795342409, 0), Type: event.RemoteCommunication, Kind: kind}
}

// roundTrip is a server in memory.
type roundTrip func(attempt int, r *http.Request) (*http.Response, error)

// server counts requests, on one goroutine as a hook makes them.
type server struct {
	attempts int
	seen     []string // the kind of event of each attempt
	answer   roundTrip
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	var b struct{ Payload struct{ Type string } }
	if err := json.NewDecoder(r.Body).Decode(&b); err != nil {
		return nil, err
	}
	s.attempts++
	s.seen = append(s.seen, b.Payload.Type)
	return s.answer(s.attempts, r)
}

func status(code int, header ...string) (*http.Response, error) {
	resp := &http.Response{StatusCode: code, Body: http.NoBody, Header: http.Header{}}
	for i := 0; i < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp, nil
}

// open opens a hook of a bus for all events.
func open(t *testing.T, b *bus.Bus, o webhook.Options) *webhook.Hook {
	t.Helper()
	o.Name, o.Types, o.Server, o.Host = "x", []event.Type{event.Any}, "supervisor", "here"
	if o.Size == 0 {
		o.Size = 10
	}
	if o.URL == "" {
		o.URL = "https://user:geheim@hooks.test/services/T0K3N?key=geheim"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h, err := webhook.Open(b, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// A real server gets each event once, in order and signed, although it fails now and then.
func TestEventsArriveInOrderAndSigned(t *testing.T) {
	type post struct {
		Body, Event, Serial, Type, User string
		Signed                          bool
	}
	posts, deliveries := make(chan post, 10), map[string]int{}
	requests := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		deliveries[r.Header.Get("X-Supervisor-Delivery")]++
		if requests == 2 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		user, password, _ := r.BasicAuth()
		posts <- post{
			string(text), r.Header.Get("X-Supervisor-Event"), r.Header.Get("X-Supervisor-Serial"), r.Header.Get("Content-Type"),
			user + " " + password, r.Header.Get("X-Supervisor-Signature") == webhook.Signature("s3cret", text),
		}
	}))
	defer s.Close()
	var b bus.Bus
	h := open(t, &b, webhook.Options{URL: strings.Replace(s.URL, "http://", "http://me:pw@", 1) + "/in", Secret: "s3cret"})
	const n = 3
	for i := range n {
		b.Publish(remote(fmt.Sprintf("e%d", i)))
	}
	var got, want []post
	for i := range n {
		got = append(got, <-posts)
		want = append(want, post{
			fmt.Sprintf(`{"server":"supervisor","host":"here","webhook":"x","serial":%d,"time":"2026-11-22T10:13:29Z","type":"REMOTE_COMMUNICATION","payload":{"type":"e%d"}}`, i, i),
			"REMOTE_COMMUNICATION", fmt.Sprint(i), "application/json", "me pw", true,
		})
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	h.Close()
	if len(deliveries) != n { // the second has been tried twice, under one name
		t.Errorf("deliveries: %v", deliveries)
	}
	if d := cmp.Diff(webhook.Stats{Delivered: n, Retries: 1}, h.Stats()); d != "" {
		t.Errorf("figures (-want +got):\n%s", d)
	}
}

func TestSignatureIsThatOfOtherPrograms(t *testing.T) {
	// printf '{"a":1}' | openssl dgst -sha256 -hmac s3cret
	const want = "sha256=5910e62016ef5034272c926c27071992a465c2335cecf41851bda071577f4f6d"
	if got := webhook.Signature("s3cret", []byte(`{"a":1}`)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFailuresAreTriedAgainEverMoreSeldom(t *testing.T) {
	for _, c := range []struct {
		name     string
		answer   roundTrip
		attempts int
		from, to time.Duration // how long the event takes
		stats    webhook.Stats
		log      []string
	}{
		{
			name: "works", answer: func(int, *http.Request) (*http.Response, error) { return status(204) },
			attempts: 1, stats: webhook.Stats{Delivered: 1}, log: []string{""},
		},
		{
			"works at last", func(n int, _ *http.Request) (*http.Response, error) {
				if n < 4 {
					return nil, errors.New("connection refused")
				}
				return status(200)
			}, 4, 3500 * time.Millisecond, 7 * time.Second,
			webhook.Stats{Delivered: 1, Retries: 3},
			[]string{
				`level=WARN msg="webhook x: https://hooks.test does not take events; trying again" err="connection refused"`,
				`level=INFO msg="webhook x: https://hooks.test takes events again"`,
			},
		},
		{
			"never works", func(int, *http.Request) (*http.Response, error) { return status(500) },
			8, 45 * time.Second, 91 * time.Second,
			webhook.Stats{GivenUp: 1, Retries: 7},
			[]string{
				`level=WARN msg="webhook x: https://hooks.test does not take events; trying again" err="HTTP 500 Internal Server Error"`,
				`level=WARN msg="webhook x: event 0 (REMOTE_COMMUNICATION) is given up" err="after 8 attempts: HTTP 500 Internal Server Error"`,
			},
		},
		{
			name: "is refused", answer: func(int, *http.Request) (*http.Response, error) { return status(410) },
			attempts: 1, stats: webhook.Stats{GivenUp: 1},
			log: []string{`level=WARN msg="webhook x: event 0 (REMOTE_COMMUNICATION) is given up" err="after 1 attempts: HTTP 410 Gone"`},
		},
		{
			"is redirected", func(int, *http.Request) (*http.Response, error) {
				return status(307, "Location", "https://elsewhere.test/")
			}, 1, 0, 0,
			webhook.Stats{GivenUp: 1},
			[]string{`level=WARN msg="webhook x: event 0 (REMOTE_COMMUNICATION) is given up" err="after 1 attempts: HTTP 307 Temporary Redirect (redirects are not followed)"`},
		},
		{
			"asks for time", func(n int, _ *http.Request) (*http.Response, error) {
				switch n {
				case 1:
					return status(429, "Retry-After", "100")
				case 2:
					return status(503, "Retry-After", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat))
				case 3:
					return status(503, "Retry-After", "1000000")
				case 4:
					return status(503, "Retry-After", "soon")
				}
				return status(200)
			}, 5, 463 * time.Second, 468 * time.Second,
			webhook.Stats{Delivered: 1, Retries: 4},
			[]string{
				`level=WARN msg="webhook x: https://hooks.test does not take events; trying again" err="HTTP 429 Too Many Requests"`,
				`level=INFO msg="webhook x: https://hooks.test takes events again"`,
			},
		},
		{
			"never answers", func(n int, r *http.Request) (*http.Response, error) {
				if n > 1 {
					return status(200)
				}
				<-r.Context().Done()
				return nil, r.Context().Err()
			}, 2, 10500 * time.Millisecond, 11 * time.Second,
			webhook.Stats{Delivered: 1, Retries: 1},
			[]string{
				`level=WARN msg="webhook x: https://hooks.test does not take events; trying again" err="context deadline exceeded"`,
				`level=INFO msg="webhook x: https://hooks.test takes events again"`,
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var b bus.Bus
				var log testenv.Journal
				begin, took := time.Now(), time.Duration(0)
				s := &server{}
				s.answer = func(n int, r *http.Request) (*http.Response, error) {
					defer func() { took = time.Since(begin) }()
					return c.answer(n, r)
				}
				h := open(t, &b, webhook.Options{Transport: s, Log: log.Logger("webhook")})
				b.Publish(remote("a"))
				time.Sleep(time.Hour)
				synctest.Wait()
				if s.attempts != c.attempts || took < c.from || took > c.to {
					t.Errorf("%d attempts in %v, want %d in %v to %v", s.attempts, took, c.attempts, c.from, c.to)
				}
				if d := cmp.Diff(c.stats, h.Stats()); d != "" {
					t.Errorf("figures (-want +got):\n%s", d)
				}
				if d := cmp.Diff(c.log, log.Lines()); d != "" {
					t.Errorf("log (-want +got):\n%s", d)
				}
				h.Close()
			})
		})
	}
}

// While the server is away only as many events wait as are asked for, and the log says how
// many are lost.
func TestFullBufferLosesTheOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bus.Bus
		var log testenv.Journal
		s := &server{answer: func(n int, _ *http.Request) (*http.Response, error) {
			if n == 1 {
				return status(502)
			}
			return status(200)
		}}
		h := open(t, &b, webhook.Options{Transport: s, Size: 3, Log: log.Logger("webhook")})
		b.Publish(remote("first"))
		synctest.Wait() // it is being posted
		for i := range 10 {
			b.Publish(remote(fmt.Sprint(i)))
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if d := cmp.Diff([]string{"first", "first", "7", "8", "9"}, s.seen); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
		if d := cmp.Diff(webhook.Stats{Delivered: 4, Retries: 1, Dropped: 7}, h.Stats()); d != "" {
			t.Errorf("figures (-want +got):\n%s", d)
		}
		if got, want := log.Lines()[2], `level=WARN msg="webhook x: buffer overflowed, 7 events are lost (buffer_size=3)"`; got != want {
			t.Errorf("log: %s", got)
		}
		h.Close()
	})
}

// The end of the daemon waits for the last events, but not for long.
func TestCloseWaitsAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bus.Bus
		slow := &server{answer: func(int, *http.Request) (*http.Response, error) {
			time.Sleep(300 * time.Millisecond)
			return status(200)
		}}
		h := open(t, &b, webhook.Options{Transport: slow})
		for i := range 3 {
			b.Publish(remote(fmt.Sprint(i)))
		}
		begin := time.Now()
		h.Close()
		if took, got := time.Since(begin), h.Stats(); took != 900*time.Millisecond || got.Delivered != 3 {
			t.Errorf("it took %v: %+v", took, got)
		}
		var log testenv.Journal
		dead := &server{answer: func(_ int, r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}}
		h = open(t, &b, webhook.Options{Transport: dead, Log: log.Logger("webhook")})
		for i := range 3 {
			b.Publish(remote(fmt.Sprint(i)))
		}
		begin = time.Now()
		h.Close()
		if took := time.Since(begin); took != 2*time.Second {
			t.Errorf("it took %v", took)
		}
		want := []string{
			`level=WARN msg="webhook x: event 3 (REMOTE_COMMUNICATION) is given up" err="supervisord does not wait any longer"`,
			`level=WARN msg="webhook x: 2 events are lost, since supervisord does not wait for https://hooks.test any longer"`,
		}
		if d := cmp.Diff(want, log.Lines()[1:]); d != "" {
			t.Errorf("log (-want +got):\n%s", d)
		}
	})
}

// A server that takes the connection and reads nothing costs a timeout, not more.
func TestServerThatNeverReadsIsGivenUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accepted := make(chan net.Conn, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	var b bus.Bus
	h := open(t, &b, webhook.Options{URL: "http://" + l.Addr().String(), Timeout: 100 * time.Millisecond})
	e := remote("big")
	e.Data = strings.Repeat("x", 6<<20)
	b.Publish(e)
	for range 2 { // it comes again
		c := <-accepted
		defer c.Close()
	}
	if got := h.Stats(); got.Delivered != 0 || got.Retries == 0 {
		t.Errorf("%+v", got)
	}
}

// Names of secrets are in no error.
func TestBadURLs(t *testing.T) {
	for _, u := range []string{"", "hooks.test/geheim", "ftp://geheim@hooks.test", "http://", "https://%zz geheim"} {
		_, err := webhook.Open(&bus.Bus{}, webhook.Options{Name: "x", URL: u})
		if got := fmt.Sprint(err); got != "webhook x: the URL is not http://… or https://…" {
			t.Errorf("%q: %s", u, got)
		}
	}
}
