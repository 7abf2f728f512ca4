package config

import (
	"strings"
	"testing"
)

func TestReadiness(t *testing.T) {
	for text, want := range map[string]string{
		"startsecs": "startsecs", " Notify ": "notify", "fd:3": "fd:3", "FD: 255": "fd:255",
		`log:listening on :\d+$`: `log:listening on :\d+$`, "tcp:8080": "tcp:localhost:8080", "tcp:::1:80": "!", "tcp:[::1]:80": "tcp:[::1]:80",
		"http://localhost/x": "http:http://localhost/x", "http:https://h:1/x?y": "http:https://h:1/x?y", "https://h/": "http:https://h/",
		"exec:pg_isready -q": "exec:pg_isready -q",
		"":                   "!", "yes": "!", "notify:1": "!", "fd:2": "!", "fd:256": "!", "fd:x": "!", "log:": "!", "log:(": "!", "tcp:0": "!", "tcp:65536": "!",
		"http:ftp://x": "!", "http:": "!", "http:///x": "!", "exec:": "!",
	} {
		r, err := parseReadiness(text)
		got := printReadiness(r)
		if err != nil {
			got = "!"
		}
		if got != want {
			t.Errorf("%q: got %q, want %q (%v)", text, got, want, err)
		}
		if err == nil {
			if again, err := parseReadiness(got); err != nil || again != r {
				t.Errorf("%q, printed %q, is %v, %v", text, got, again, err)
			}
		}
	}
}

func FuzzReadiness(f *testing.F) {
	f.Add("tcp:localhost:80")
	f.Add("http:http://x/%41")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseReadiness(text)
		if err != nil || strings.ContainsAny(text, "\x00") {
			return
		}
		if again, err := parseReadiness(printReadiness(r)); err != nil || again != r {
			t.Errorf("%q: %v, then %v, %v", text, r, again, err)
		}
	})
}
