package config_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config"
	"supervisord/internal/testenv"
)

// accepted stands for a configuration that is read without an error.
const accepted = "accepted\n"

// ours is the line of a configuration with our own words.
var ours = regexp.MustCompile(`(?m)^# ours: (.*\n)`)

// TestWordsOfDebian compares the errors of single mistakes with what Debian's
// Supervisor 4.2.5 said of them. testdata/debian.txt has a configuration per file,
// followed by its words in a file with ".says" after the name. UPDATE=1 asks
// /usr/bin/supervisord again; a line "# ours: text" in a configuration is what we say
// instead. We may say more, since Python stops at the first mistake.
func TestWordsOfDebian(t *testing.T) {
	const golden = "testdata/debian.txt"
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	a := parseArchive(string(text))
	says := map[string]string{}
	for _, f := range a.files {
		if name, ok := strings.CutSuffix(f.name, ".says"); ok {
			says[name] = f.data
		}
	}
	var recorded []file
	for _, f := range a.files {
		if strings.HasSuffix(f.name, ".says") {
			continue
		}
		want := says[f.name]
		if testenv.Updating() {
			want = askDebian(t, f)
		}
		recorded = append(recorded, f, file{f.name + ".says", want})
		if m := ours.FindStringSubmatch(f.data); m != nil {
			want = m[1]
		}
		if got := ourWords(t, f); got != want && (want == accepted || !strings.Contains("\n"+got, "\n"+want)) {
			t.Errorf("%s: -want +got\n%s", f.name, cmp.Diff(want, got))
		}
	}
	if len(recorded) < 100 {
		t.Fatalf("only %d files", len(recorded))
	}
	testenv.Golden(t, golden, archive{a.comment, recorded}.String())
}

// ourWords loads a configuration and returns the messages of its errors.
func ourWords(t *testing.T, f file) string {
	t.Helper()
	conf := filepath.Join(t.TempDir(), "f.conf")
	if err := os.WriteFile(conf, []byte(f.data), 0o600); err != nil {
		t.Fatal(err)
	}
	_, problems := config.Load(config.Options{File: conf, Environ: []string{}, Hostname: "h"})
	if len(problems.Errors()) == 0 {
		return accepted
	}
	var b strings.Builder
	for _, p := range problems.Errors() {
		b.WriteString(scrubWords(p.Message) + "\n")
	}
	return b.String()
}

// askDebian runs Debian's supervisord with a configuration. It asks for more file
// descriptors than there can be, so that it ends before it starts anything.
func askDebian(t *testing.T, f file) string {
	t.Helper()
	dir := t.TempDir()
	conf := filepath.Join(dir, "f.conf")
	text := strings.Replace(f.data, "[supervisord]\n", "[supervisord]\nlogfile=%(here)s/l\npidfile=%(here)s/p\nchildlogdir=%(here)s\nminfds=999999999\n", 1)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), testenv.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, testenv.Peer(t, "/usr/bin/supervisord"), "-n", "-c", conf)
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 2 {
		t.Fatalf("%s: %v\n%s", f.name, err, out)
	}
	words := string(out)
	if strings.Contains(words, "The minimum number of file descriptors required") {
		return accepted
	}
	_, words, _ = strings.Cut(words, "Error: ")
	words, _, _ = strings.Cut(words, "\nFor help")
	words = regexp.MustCompile(` in section '[^']*' \(file: '[^']*'\)$`).ReplaceAllString(words, "")
	return scrubWords(words) + "\n"
}

// scrubWords drops what depends on the machine: the names of its environment.
func scrubWords(s string) string {
	return regexp.MustCompile(`ENV_[A-Z_]+, `).ReplaceAllString(s, "")
}
