package config

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSamplesLoadWithoutAWarning(t *testing.T) {
	for name, text := range map[string]string{"sample": Sample(), "minimal": MinimalSample()} {
		file := filepath.Join(t.TempDir(), "f.conf")
		writeFile(t, file, text)
		o := machine(file)
		o.Strict = true
		c, problems := Load(o)
		if problems != nil {
			t.Fatalf("%s: %v", name, problems)
		}
		socket := filepath.Join(filepath.Dir(file), "supervisor.sock")
		got := []string{c.UnixServers[0].File, c.Supervisorctl.ServerURL, c.RPCInterfaces[0].Factory}
		if diff := cmp.Diff([]string{socket, "unix://" + socket, mainFactory}, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// sampleLine is a line of a sample that is a section or an option.
var sampleLine = regexp.MustCompile(`(?m)^;?(\[(.+)\]|([a-z_.]+)=(.*?) +; .+\.\)?)$`)

func TestSampleHasEveryOptionWithAValueThatIsAccepted(t *testing.T) {
	got := map[string]bool{}
	section := ""
	for _, m := range sampleLine.FindAllStringSubmatch(Sample(), -1) {
		if m[2] != "" {
			section = m[2]
			continue
		}
		got[section+"/"+m[3]] = true
		if m[4] == "" {
			t.Errorf("%s: %s has no example", section, m[3])
		}
	}
	want := map[string]bool{"program-default/autorestart": true, "eventlistener:listener/command": true, "fcgi-program:app/command": true}
	for _, s := range sectionDocs {
		name := s.sample
		if name == "" {
			name = s.name
		}
		for _, o := range s.options {
			want[name+"/"+o.Name] = true
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// onlyWebhook are the lines of the sample that do not go together with a command.
var onlyWebhook = regexp.MustCompile(`(?m)^;(url|webhook_secret)=.*\n`)

// Without its semicolons the sample is a configuration too.
func TestSampleWithoutSemicolons(t *testing.T) {
	text := sampleLine.ReplaceAllStringFunc(onlyWebhook.ReplaceAllString(Sample(), ""), func(line string) string { return strings.TrimPrefix(line, ";") })
	text = strings.NewReplacer("unix:///run/app.sock", "unix:///tmp/app.sock").Replace(text) + "[program:web]\ncommand=x\n[program:db]\ncommand=x\n"
	file := filepath.Join(t.TempDir(), "f.conf")
	writeFile(t, file, text)
	o := machine(file)
	o.LookupUser = func(name string) (User, error) { return User{Name: name}, nil }
	o.LookupGroup = func(name string) (UserGroup, error) { return UserGroup{Name: name}, nil }
	o.Strict = true
	c, problems := Load(o)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if p.Message != "has no effect yet" && p.Key != "files" {
			t.Error(p)
		}
	}
	if len(c.Groups) != 4 || len(c.InetServers) != 1 {
		t.Errorf("groups %d, servers %d", len(c.Groups), len(c.InetServers))
	}
}

func TestMinimalSampleIsADozenLines(t *testing.T) {
	n := 0
	for line := range strings.Lines(MinimalSample()) {
		if strings.TrimSpace(line) != "" {
			n++
		}
	}
	if n > 12 {
		t.Errorf("%d lines", n)
	}
}
