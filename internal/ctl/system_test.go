package ctl_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/ctl"
)

// Which server a configuration file names.
func TestLoadFile(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       ctl.Server
	}{
		{"supervisorctl first", "[unix_http_server]\nfile=/u\n[supervisorctl]\nserverurl=http://h:1\nusername=u\npassword=p\n", ctl.Server{URL: "http://h:1", Username: "u", Password: "p", From: "serverurl of [supervisorctl] in FILE"}},
		{"supervisorctl without URL", "[unix_http_server]\nfile=/u\n[supervisorctl]\n", ctl.Server{URL: "http://localhost:9001", From: "serverurl of [supervisorctl] in FILE"}},
		{"unix server", "[inet_http_server]\nport=9\n[unix_http_server]\nfile=/u\nusername=u\npassword=p\n", ctl.Server{URL: "unix:///u", Username: "u", Password: "p", From: "that of [unix_http_server] in FILE"}},
		{"hashed password", "[unix_http_server]\nfile=/u\nusername=u\npassword={SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d\n", ctl.Server{URL: "unix:///u", Username: "u", From: "that of [unix_http_server] in FILE"}},
		{"inet server", "[inet_http_server]\nport=127.0.0.1:9\n", ctl.Server{URL: "http://127.0.0.1:9", From: "that of [inet_http_server] in FILE"}},
		{"inet server on all interfaces", "[inet_http_server]\nport=*:9\n", ctl.Server{URL: "http://localhost:9", From: "that of [inet_http_server] in FILE"}},
		{"no server", "[supervisord]\n", ctl.Server{From: "FILE names none"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "s.conf")
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := ctl.SystemEnv().LoadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got.From = strings.ReplaceAll(got.From, file, "FILE")
			if d := cmp.Diff(c.want, got.Server); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// A file that was asked for must be there.
func TestLoadMissingFile(t *testing.T) {
	if got, err := ctl.SystemEnv().LoadFile(filepath.Join(t.TempDir(), "no.conf")); err == nil {
		t.Errorf("no error, but %+v", got)
	}
}

// Of the places where a file is searched for, the working directory comes first.
func TestSearchFile(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	file := filepath.Join(dir, "supervisord.conf")
	if err := os.WriteFile(file, []byte("[supervisorctl]\nserverurl=http://found:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := ctl.SystemEnv().LoadFile("")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(ctl.Server{URL: "http://found:1", From: "serverurl of [supervisorctl] in " + file}, got.Server); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestReadFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	for text, wantErr := range map[string]string{
		"secret\n":                   "",
		strings.Repeat("x", 4<<10):   "",
		strings.Repeat("x", 4<<10+1): file + ": longer than 4096 bytes",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := ctl.SystemEnv().ReadFile(file)
		if wantErr == "" && (err != nil || string(got) != text) || wantErr != "" && (err == nil || err.Error() != wantErr) {
			t.Errorf("%d bytes: %d bytes and the error %v, want %q", len(text), len(got), err, wantErr)
		}
	}
}
