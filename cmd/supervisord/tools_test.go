package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config"
)

// outcome is what a call ended with.
type outcome struct {
	Code           int
	Stdout, Stderr string
}

// callIn runs the command in a directory.
func callIn(t *testing.T, dir string, args ...string) outcome {
	t.Helper()
	t.Chdir(dir)
	var out, errs strings.Builder
	code := run(append([]string{"supervisord"}, args...), &out, &errs)
	return outcome{code, out.String(), errs.String()}
}

func TestInitWritesAFileAndNeverOverOne(t *testing.T) {
	dir := t.TempDir()
	wants := func(want outcome, args ...string) {
		t.Helper()
		if diff := cmp.Diff(want, callIn(t, dir, args...)); diff != "" {
			t.Errorf("%q: -want +got\n%s", args, diff)
		}
	}
	wants(outcome{Stdout: "wrote supervisord.conf\n"}, "init")
	wants(outcome{Code: 1, Stderr: "Error: supervisord.conf is there already, and stays as it is; -o FILE writes another\n"}, "init", "--minimal")
	wants(outcome{Stdout: "wrote small.conf\n"}, "init", "--minimal", "-o", "small.conf")
	wants(outcome{Stdout: config.MinimalSample()}, "init", "--minimal", "-o", "-")
	wants(outcome{Code: 1, Stderr: "Error: open none/x.conf: no such file or directory\n"}, "init", "-o", "none/x.conf")
	wants(outcome{Stdout: "supervisord.conf: 0 programs, 0 errors, 0 warnings\n"}, "check", "--strict")
	text, err := os.ReadFile(filepath.Join(dir, "supervisord.conf"))
	if err != nil || string(text) != config.Sample() {
		t.Errorf("the file differs from the sample: %v", err)
	}
	info, err := os.Stat(filepath.Join(dir, "small.conf"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode of the file is %v, %v", info.Mode(), err)
	}
}

func TestCheckListsAllProblems(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "f.conf")
	if err := os.WriteFile(file, []byte("[program:a]\ncommand=x\nstartsecs=ten\ncomand=y\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	bad := file + ":3: program:a: startsecs: invalid literal for int() with base 10: 'ten'\n"
	odd := file + ":4: program:a: comand: unknown option (did you mean \"command\"?)\n"
	want := outcome{Code: 2, Stdout: bad + "warning: " + odd + "f.conf: 1 program, 1 error, 1 warning\n"}
	if diff := cmp.Diff(want, callIn(t, dir, "check", "-c", "f.conf")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	want = outcome{Code: 2, Stdout: bad + odd + "f.conf: 1 program, 2 errors, 0 warnings\n"}
	if diff := cmp.Diff(want, callIn(t, dir, "check", "-c", "f.conf", "--strict")); diff != "" {
		t.Errorf("strict: -want +got\n%s", diff)
	}
	want = outcome{Code: 2, Stderr: bad[:len(bad)-1] + "\nwarning: " + odd}
	if diff := cmp.Diff(want, callIn(t, dir, "config", "-c", "f.conf")); diff != "" {
		t.Errorf("config: -want +got\n%s", diff)
	}
	got := callIn(t, dir, "check", "-c", "f.conf", "--json")
	var report jsonReport
	if err := json.Unmarshal([]byte(got.Stdout), &report); err != nil || got.Code != 2 {
		t.Fatal(got, err)
	}
	wantReport := jsonReport{File: file, Programs: 1, Errors: 1, Warnings: 1, Problems: []jsonProblem{
		{Severity: "error", File: file, Line: 3, Section: "program:a", Key: "startsecs", Message: "invalid literal for int() with base 10: 'ten'"},
		{Severity: "warning", File: file, Line: 4, Section: "program:a", Key: "comand", Message: "unknown option", Hint: `did you mean "command"?`},
	}}
	if diff := cmp.Diff(wantReport, report); diff != "" {
		t.Errorf("json: -want +got\n%s", diff)
	}
}

func TestConfigMasksUnlessAsked(t *testing.T) {
	dir := t.TempDir()
	text := "[unix_http_server]\nfile=/tmp/s\nusername=u\npassword=s3cret\n[program:a]\ncommand=x\n"
	if err := os.WriteFile(filepath.Join(dir, "supervisord.conf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"config"}, {"config", "--json"}} {
		if got := callIn(t, dir, args...); got.Code != 0 || got.Stderr != "" || strings.Contains(got.Stdout, "s3cret") || !strings.Contains(got.Stdout, "*****") {
			t.Errorf("%q: %+v", args, got)
		}
	}
	shown := callIn(t, dir, "config", "--show-secrets", "-e", "debug")
	for _, line := range []string{"password=s3cret ; " + dir + "/supervisord.conf:4\n", "loglevel=debug ; command line\n"} {
		if !strings.Contains(shown.Stdout, line) {
			t.Errorf("no line %q in %+v", line, shown)
		}
	}
	again := t.TempDir()
	if err := os.WriteFile(filepath.Join(again, "supervisord.conf"), []byte(shown.Stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	var first, second config.Effective
	for d, e := range map[string]*config.Effective{dir: &first, again: &second} {
		if err := json.Unmarshal([]byte(callIn(t, d, "config", "--show-secrets", "--json", "-e", "debug", "-l", "/tmp/l", "-j", "/tmp/p").Stdout), e); err != nil {
			t.Fatal(err)
		}
	}
	noOrigins := func(e config.Effective) map[string]string {
		all := map[string]string{}
		for _, s := range e.Settings {
			all[s.Section+"/"+s.Key] = s.Value
		}
		return all
	}
	if diff := cmp.Diff(noOrigins(first), noOrigins(second)); diff != "" {
		t.Errorf("loaded again: -first +second\n%s", diff)
	}
}

func TestSchemaIsJSON(t *testing.T) {
	got := callIn(t, t.TempDir(), "schema")
	var schema struct {
		Dialect string `json:"$schema"`
		Closed  *bool  `json:"unevaluatedProperties"`
	}
	if err := json.Unmarshal([]byte(got.Stdout), &schema); err != nil || got.Code != 0 {
		t.Fatal(got, err)
	}
	if schema.Dialect != "https://json-schema.org/draft/2020-12/schema" || schema.Closed == nil || *schema.Closed {
		t.Errorf("got %+v", schema)
	}
}

func TestToolsRefuseOtherWords(t *testing.T) {
	for _, verb := range []string{"init", "check", "config", "schema"} {
		for _, word := range []string{"foo", "--foo"} {
			if got := callIn(t, t.TempDir(), verb, word); got.Code != 2 || got.Stdout != "" || !strings.Contains(got.Stderr, "foo") {
				t.Errorf("%s %s: %+v", verb, word, got)
			}
		}
	}
	if got := callIn(t, t.TempDir(), "check", "-c", "none.conf"); got.Code != 2 || !strings.Contains(got.Stdout, "could not find config file") {
		t.Errorf("%+v", got)
	}
}
