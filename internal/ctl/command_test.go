package ctl_test

import (
	"bytes"
	stdcmp "cmp"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"supervisord/internal/ctl"
)

// Where the URL, the name and the password come from, from the strongest to the weakest.
func TestServer(t *testing.T) {
	for _, c := range []struct {
		name    string
		args    []string
		environ map[string]string
		file    ctl.Server
		want    ctl.Server
	}{
		{
			name: "nothing says anything",
			want: ctl.Server{URL: "http://localhost:9001", From: "the default, since no file names one"},
		},
		{
			name: "file",
			file: ctl.Server{URL: "unix:///f", Username: "fu", Password: "fp", From: "in f"},
			want: ctl.Server{URL: "unix:///f", Username: "fu", Password: "fp", From: "in f"},
		},
		{
			name:    "environment before file",
			environ: map[string]string{"SUPERVISOR_USERNAME": "eu", "SUPERVISOR_PASSWORD": "ep", "SUPERVISOR_CACERT": "e.pem"},
			file:    ctl.Server{URL: "unix:///f", Username: "fu", Password: "fp", From: "in f"},
			want:    ctl.Server{URL: "unix:///f", Username: "eu", Password: "ep", CAFile: "e.pem", From: "in f"},
		},
		{
			name:    "flags before all",
			args:    []string{"-s", "http://h:1", "-u", "u", "-p", "p", "--cacert", "f.pem"},
			environ: map[string]string{"SUPERVISOR_USERNAME": "eu", "SUPERVISOR_PASSWORD": "ep", "SUPERVISOR_CACERT": "e.pem"},
			file:    ctl.Server{URL: "unix:///f", Username: "fu", Password: "fp", From: "in f"},
			want:    ctl.Server{URL: "http://h:1", Username: "u", Password: "p", CAFile: "f.pem", From: "given by -s"},
		},
		{
			name: "long flags",
			args: []string{"--serverurl=http://h:1", "--username", "u", "--password", "p"},
			want: ctl.Server{URL: "http://h:1", Username: "u", Password: "p", From: "given by -s"},
		},
		{
			name: "flags as the Go re-implementation spells them",
			args: []string{"-s", "http://h:1", "--user", "u", "-P", "p"},
			want: ctl.Server{URL: "http://h:1", Username: "u", Password: "p", From: "given by -s"},
		},
		{
			name:    "a URL with a login before the environment, without it in any message",
			args:    []string{"-s", "http://us%40r:p%zz@h:1/x@y"},
			environ: map[string]string{"SUPERVISOR_USERNAME": "eu", "SUPERVISOR_PASSWORD": "ep"},
			want:    ctl.Server{URL: "http://h:1/x@y", Username: "us@r", Password: "p%zz", From: "given by -s"},
		},
		{
			name: "flags before the login of a URL",
			args: []string{"-s", "https://u:p@h:1", "-u", "fu", "-p", "fp"},
			want: ctl.Server{URL: "https://h:1", Username: "fu", Password: "fp", From: "given by -s"},
		},
		{
			name: "a URL with a login in the file",
			file: ctl.Server{URL: "http://u:p@h:1", From: "in f"},
			want: ctl.Server{URL: "http://h:1", Username: "u", Password: "p", From: "in f"},
		},
		{
			name: "a socket with an @",
			args: []string{"-s", "unix:///run/a:b@c"},
			want: ctl.Server{URL: "unix:///run/a:b@c", From: "given by -s"},
		},
		{
			name:    "password in a file before the environment",
			args:    []string{"-s", "http://h:1", "-u", "u", "--password-file", "secret"},
			environ: map[string]string{"SUPERVISOR_PASSWORD": "ep"},
			want:    ctl.Server{URL: "http://h:1", Username: "u", Password: "from a file", From: "given by -s"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			e := env(newSupervisor(), &out, &errs)
			var got ctl.Server
			e.LookupEnv = func(key string) (string, bool) { v, ok := c.environ[key]; return v, ok }
			e.LoadFile = func(string) (ctl.Settings, error) {
				return ctl.Settings{Server: stdcmp.Or(c.file, ctl.Server{From: "no file names one"})}, nil
			}
			e.ReadFile = func(string) ([]byte, error) { return []byte("from a file\r\nnot this\n"), nil }
			e.Dial = func(s ctl.Server) (ctl.API, error) { got = s; return newSupervisor(), nil }
			code := execute(t, e, append(c.args, "version")...)
			if code != 0 {
				t.Errorf("exit code %d: %s", code, errs.String())
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// The file named by -c must be readable; the one that is found by search must be only
// if there is no -s.
func TestUnreadableFile(t *testing.T) {
	for _, c := range []struct {
		args     []string
		wantPath string
		want     answer
	}{
		{[]string{"-c", "x.conf", "-s", "unix:///s", "version"}, "x.conf", answer{"", "Error: x.conf: broken\nFor help, use supervisorctl -h\n", 2}},
		{[]string{"version"}, "", answer{"", "Error: : broken\nFor help, use supervisorctl -h\n", 2}},
		{[]string{"-s", "unix:///s", "version"}, "", answer{"4.2.5\n", "", 0}},
	} {
		var out, errs bytes.Buffer
		e := env(newSupervisor(), &out, &errs)
		path := "not asked"
		e.LoadFile = func(p string) (ctl.Settings, error) { path = p; return ctl.Settings{}, errors.New(p + ": broken") }
		code := execute(t, e, c.args...)
		if d := cmp.Diff(c.want, answer{out.String(), errs.String(), code}); d != "" {
			t.Errorf("%v (-want +got):\n%s", c.args, d)
		}
		if path != c.wantPath {
			t.Errorf("%v: asked for the file %q, want %q", c.args, path, c.wantPath)
		}
	}
}

func TestCommandLine(t *testing.T) {
	const help = "For help, use supervisorctl -h\n"
	for _, c := range []struct {
		args []string
		want answer
	}{
		{[]string{"-z", "status"}, answer{"", "Error: unknown shorthand flag: 'z' in -z\n" + help, 2}},
		{[]string{"-s"}, answer{"", "Error: flag needs an argument: 's' in -s\n" + help, 2}},
		{[]string{"-s", "foo", "status"}, answer{"", "Error: invalid value for -s 'foo': value 'foo' is not a URL; try http://localhost:9001 or unix:///run/supervisor.sock\n" + help, 2}},
		// Flags end at the first word; words are split again, as in a shell's line.
		{[]string{"tail", "-3", "web"}, answer{"wo\n\n", "", 0}},
		{[]string{"tail", "-c", "web"}, answer{"Error: bad argument -c\n", "", 1}},
		{[]string{"pid web  manual"}, answer{"13\n0\n", "", 7}},
		{[]string{""}, answer{}},
	} {
		var out, errs bytes.Buffer
		code := execute(t, env(newSupervisor(), &out, &errs), c.args...)
		if d := cmp.Diff(c.want, answer{out.String(), errs.String(), code}); d != "" {
			t.Errorf("%q (-want +got):\n%s", c.args, d)
		}
	}
}

func TestHelpFlag(t *testing.T) {
	const want = `supervisorctl -- command a running supervisord

Usage: supervisorctl [flags] [VERB [arguments]]

Flags:
  -c, --configuration file   configuration file (searched for if not given)
  -s, --serverurl URL        URL on which supervisord listens (default http://localhost:9001)
  -u, --username name        name to authenticate with (or $SUPERVISOR_USERNAME)
  -p, --password password    password to authenticate with (or $SUPERVISOR_PASSWORD)
      --password-file file   file whose first line is the password
      --cacert file          file of certificates to trust for https (or $SUPERVISOR_CACERT)
  -i, --interactive          start the shell, after the verb if there is one
  -r, --history_file file    file in which the shell remembers lines
  -h, --help                 help for supervisorctl

Without a verb the shell is started.

Verbs:
add     exit      open  reload  restart         shutdown     status      update 
avail   fg        pid   remove  restart-daemon  signal       stop        version
clear   logtail   plan  reopen  restart-group   start        stop-group
events  maintail  quit  reread  scale           start-group  tail      

"supervisorctl help VERB" describes one of them.
`
	var out, errs bytes.Buffer
	code := execute(t, env(newSupervisor(), &out, &errs), "-h")
	if d := cmp.Diff(answer{Out: want}, answer{out.String(), errs.String(), code}); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// As a subcommand it takes its flags before or after its own name.
func TestSubcommand(t *testing.T) {
	for _, args := range [][]string{
		{"-c", "x.conf", "ctl", "tail", "-3", "web"},
		{"ctl", "-c", "x.conf", "tail", "-3", "web"},
	} {
		var out, errs bytes.Buffer
		e := env(newSupervisor(), &out, &errs)
		var path string
		e.LoadFile = func(p string) (ctl.Settings, error) { path = p; return ctl.Settings{}, nil }
		root := &cobra.Command{Use: "supervisord", Run: func(*cobra.Command, []string) {}}
		root.Flags().StringP("configuration", "c", "", "")
		root.AddCommand(ctl.NewCommand("ctl", e))
		root.SetArgs(args)
		if err := root.ExecuteContext(t.Context()); err != nil {
			t.Errorf("%v: %v", args, err)
		}
		if out.String() != "wo\n\n" || path != "x.conf" {
			t.Errorf("%v: out %q with %q, want the tail with x.conf", args, out.String(), path)
		}
	}
}

func TestDialError(t *testing.T) {
	var out, errs bytes.Buffer
	e := env(newSupervisor(), &out, &errs)
	e.Dial = func(ctl.Server) (ctl.API, error) { return nil, errors.New("unknown scheme") }
	code := execute(t, e, "status")
	if d := cmp.Diff(answer{"error: unknown scheme\n", "", 1}, answer{out.String(), errs.String(), code}); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// broken is an output to which nothing can be written.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestOutputError(t *testing.T) {
	var out, errs bytes.Buffer
	e := env(newSupervisor(), &out, &errs)
	e.Stdout = broken{}
	cmd := ctl.NewCommand("supervisorctl", e)
	cmd.SetArgs([]string{"start", "manual", "web"})
	if err := cmd.ExecuteContext(t.Context()); err == nil || err.Error() != "disk full" {
		t.Errorf("error is %v, want disk full", err)
	}
}
