package daemon_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/client"
	"supervisord/internal/event"
	"supervisord/internal/webhook"
)

// hook is a section of a webhook.
func hook(url, secret, events string) string {
	return lines("[eventlistener:hook]", "url="+url, "webhook_secret="+secret, "events="+events, "buffer_size=100")
}

// receive serves a webhook, and checks the signature of what comes.
func receive(t *testing.T, secret string) (url string, posts <-chan event.Record) {
	t.Helper()
	records := make(chan event.Record, 100)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if got, want := r.Header.Get("X-Supervisor-Signature"), webhook.Signature(secret, text); got != want {
			t.Errorf("signature %s, want %s", got, want)
		}
		var e event.Record
		if err := json.Unmarshal(text, &e); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		records <- e
	}))
	t.Cleanup(s.Close)
	return s.URL, records
}

// told returns what comes next: its type, and the process it is about.
func told(posts <-chan event.Record) string {
	e := <-posts
	words := string(e.Type)
	if len(e.Payload) > 0 {
		words += " " + e.Payload[0].Value
	}
	return words
}

// A webhook hears of the first event and of the last; it is no group and no process.
func TestWebhookHearsAllFromTheBeginningToTheEnd(t *testing.T) {
	t.Parallel()
	url, posts := receive(t, "geheim")
	s := newSite(t, program("web", "/bin/sleep 1000", "startsecs=0"), hook(strings.Replace(url, "http://", "http://me:geheim@", 1), "geheim", "EVENT"))
	d := s.start()
	s.await("web", client.Running)
	d.send(syscall.SIGTERM)
	want := []string{
		"PROCESS_GROUP_ADDED web", "SUPERVISOR_STATE_CHANGE_RUNNING", "PROCESS_STATE_STARTING web", "PROCESS_STATE_RUNNING web",
		"SUPERVISOR_STATE_CHANGE_STOPPING", "PROCESS_STATE_STOPPING web", "PROCESS_STATE_STOPPED web",
	}
	var got []string
	for len(got) < len(want) {
		if words := told(posts); !strings.HasPrefix(words, "TICK") {
			got = append(got, words)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if code := d.awaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if strings.Contains(s.log(), "geheim") {
		t.Errorf("the log tells a secret:\n%s", s.log())
	}
}

// A changed webhook is used after a restart, and until then the log says so. That nobody
// listens at its address harms nobody.
func TestChangedWebhookIsUsedAfterARestart(t *testing.T) {
	t.Parallel()
	url, posts := receive(t, "s")
	s := newSite(t, hook("http://"+freeAddress(t)+"/T0K3N?key=geheim", "geheim", "REMOTE_COMMUNICATION"))
	d := s.start()
	if err := s.api.Publish(t.Context(), "nobody hears", ""); err != nil {
		t.Fatal(err)
	}
	s.awaitLog("WARN webhook hook: http://127.0.0.1:[0-9]* does not take events; trying again")
	s.configure(hook(url, "s", "REMOTE_COMMUNICATION"))
	diff, err := s.api.Reread(t.Context())
	if d := cmp.Diff(client.Diff{}, diff); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	s.awaitLog("WARN webhooks have changed in the configuration; the change is used after a reload")
	d.send(syscall.SIGHUP)
	s.awaitLog("WARN webhook hook: event 1 .REMOTE_COMMUNICATION. is given up")
	s.until("it serves again", func() bool { return s.serves() && s.count("supervisord started") == 2 })
	if err := s.api.Publish(t.Context(), "hello", ""); err != nil {
		t.Fatal(err)
	}
	if got := told(posts); got != "REMOTE_COMMUNICATION hello" {
		t.Error(got)
	}
	if strings.Contains(s.log(), "geheim") || strings.Contains(s.log(), "T0K3N") {
		t.Errorf("the log tells a secret:\n%s", s.log())
	}
}
