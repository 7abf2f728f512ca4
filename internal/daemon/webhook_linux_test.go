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

// A webhook that has changed gives up what it cannot deliver, and the new one hears what
// comes; another is left alone. Reread does nothing about either.
func TestWebhookChangesLive(t *testing.T) {
	t.Parallel()
	url, posts := receive(t, "s")
	otherURL, otherPosts := receive(t, "o")
	other := lines("[eventlistener:other]", "url="+otherURL, "webhook_secret=o", "events=REMOTE_COMMUNICATION")
	waits := lines("[eventlistener:waits]", "url=http://"+freeAddress(t), "events=REMOTE_COMMUNICATION")
	s := newSite(t, hook("http://"+freeAddress(t)+"/T0K3N?key=geheim", "geheim", "REMOTE_COMMUNICATION"), other, waits)
	s.start()
	publish := func(kind string) {
		t.Helper()
		if err := s.api.Publish(t.Context(), kind, ""); err != nil {
			t.Fatal(err)
		}
	}
	publish("nobody hears")
	s.awaitLog("WARN webhook hook: http://127.0.0.1:[0-9]* does not take events; trying again")
	s.configure(hook(url, "s", "REMOTE_COMMUNICATION"), other, waits)
	diff, err := s.api.Reread(t.Context())
	if d := cmp.Diff(client.Diff{}, diff); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	plan, err := s.api.Update(t.Context(), nil)
	if err != nil || len(plan.Sections) != 1 || plan.Sections[0].Name != "eventlistener:hook" || len(plan.Groups) > 0 {
		t.Errorf("%+v, %v", plan, err)
	}
	publish("hello")
	if got := told(posts); got != "REMOTE_COMMUNICATION hello" {
		t.Error(got)
	}
	s.awaitLog("WARN webhook hook: event 1 .REMOTE_COMMUNICATION. is given up")
	s.configure(hook(url, "s", "REMOTE_COMMUNICATION"), waits)
	same(t, "removed", []string{"eventlistener:other removed"}, s.updateBy(s.api))
	publish("last")
	if got := told(posts); got != "REMOTE_COMMUNICATION last" {
		t.Error(got)
	}
	for _, want := range []string{"nobody hears", "hello"} {
		if got := told(otherPosts); got != "REMOTE_COMMUNICATION "+want {
			t.Error(got)
		}
	}
	if len(otherPosts) > 0 {
		t.Error("the removed webhook hears more")
	}
	if n := s.count("webhook waits: event 1 .* is given up"); n > 0 {
		t.Error("a webhook that has not changed was closed")
	}
	if strings.Contains(s.log(), "geheim") || strings.Contains(s.log(), "T0K3N") {
		t.Errorf("the log tells a secret:\n%s", s.log())
	}
}
