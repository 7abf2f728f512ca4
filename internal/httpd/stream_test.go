package httpd_test

import (
	"bufio"
	"io"
	"net/http"
	"testing"
	"time"
)

// An answer that goes on may be silent for longer than a client may take to read a piece:
// what comes afterwards arrives, and so does its end.
func TestSilentStreamIsNotCutOff(t *testing.T) {
	const term = 20 * time.Millisecond
	s := listen(t, loopback())
	s.Limits.WriteTime = term
	proceed := make(chan bool)
	serve(t, s, func(w http.ResponseWriter, _ *http.Request) {
		out := http.NewResponseController(w)
		_ = out.Flush() // the test reads what arrives
		<-proceed
		_, _ = io.WriteString(w, "text")
		_ = out.Flush()
		<-proceed
	})
	conn := dial(t, s.URL())
	send(t, conn, "GET / HTTP/1.1|Host: x||")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	<-time.After(2 * term)
	proceed <- true
	text := make([]byte, 4)
	if _, err := io.ReadFull(resp.Body, text); string(text) != "text" || err != nil {
		t.Fatalf("%q, %v", text, err)
	}
	<-time.After(2 * term)
	proceed <- true
	if rest, err := io.ReadAll(resp.Body); len(rest) > 0 || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
}

// A client that does not read a stream is cut off, although its pieces are small.
func TestStreamThatIsNotReadIsCutOff(t *testing.T) {
	s := listen(t, loopback())
	s.Limits.WriteTime = 20 * time.Millisecond
	ended := make(chan error, 1)
	serve(t, s, func(w http.ResponseWriter, r *http.Request) {
		out, piece := http.NewResponseController(w), make([]byte, 1000)
		for {
			if _, err := w.Write(piece); err != nil {
				ended <- r.Context().Err()
				return
			}
			_ = out.Flush() // Write tells
		}
	})
	send(t, dial(t, s.URL()), "GET / HTTP/1.1|Host: x||")
	if err := await(t, ended); err == nil {
		t.Error("the request goes on, and with it whoever waits for its end")
	}
}
