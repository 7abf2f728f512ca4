package config

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Secrets of a webhook are not shown, and it has none of a program's options.
func TestExplainsWebhooks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f.conf")
	writeFile(t, file, "[eventlistener:x]\nurl=https://me:geheim@h/%(program_name)s\nwebhook_secret=geheim\nevents=TICK\n")
	for secrets, want := range map[Secrets][]string{
		MaskSecrets: {"events=TICK", "buffer_size=10", "result_handler=" + defaultResultHandler, "event_timeout=0", "url=https://me:*****@h/x", "webhook_secret=*****"},
		ShowSecrets: {"events=TICK", "buffer_size=10", "result_handler=" + defaultResultHandler, "event_timeout=0", "url=https://me:geheim@h/x", "webhook_secret=geheim"},
	} {
		e, problems := Explain(machine(file), secrets)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		var got []string
		for _, s := range e.Settings {
			if strings.HasPrefix(s.Section, "eventlistener") {
				got = append(got, s.Key+"="+s.Value)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	}
}
