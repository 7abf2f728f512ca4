package probe_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"supervisord/internal/probe"
	"supervisord/internal/testenv"
)

func TestTCP(t *testing.T) {
	address := fmt.Sprintf("127.0.0.1:%d", testenv.FreePort(t))
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	if err := probe.TCP(t.Context(), address); err != nil {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := probe.TCP(t.Context(), address); err == nil {
		t.Error("nobody listens, and it is up")
	}
}

func TestHTTP(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := map[string]int{"/ok": 200, "/none": 204, "/away": 302, "/missing": 404, "/broken": 503}[r.URL.Path]
		w.Header().Set("Location", "/missing")
		w.WriteHeader(status)
	}))
	defer s.Close()
	for path, want := range map[string]bool{"/ok": true, "/none": true, "/away": true, "/missing": false, "/broken": false} {
		if err := probe.HTTP(t.Context(), s.URL+path); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := probe.HTTP(t.Context(), "http://127.0.0.1:1/"); err == nil {
		t.Error("nobody listens, and it is up")
	}
}

// It asks more and more rarely, gives up a question that hangs, and ends with its context.
func TestUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin, asked := time.Now(), 0
		err := probe.Until(t.Context(), func(ctx context.Context) error {
			asked++
			switch asked {
			case 1, 2, 4:
				return errors.New("not yet")
			case 3:
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
		want := 50*time.Millisecond + 100*time.Millisecond + probe.Patience + 200*time.Millisecond + 400*time.Millisecond
		if took := time.Since(begin); err != nil || asked != 5 || took != want {
			t.Errorf("asked %d times in %v, %v; want 5 times in %v", asked, took, err, want)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		begin = time.Now()
		no := errors.New("no")
		err = probe.Until(ctx, func(context.Context) error { return no })
		if !errors.Is(err, no) || time.Since(begin) != 10*time.Second {
			t.Errorf("after %v: %v", time.Since(begin), err)
		}
	})
}
