package supervise_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supervisord/internal/config"
	"supervisord/internal/control"
	"supervisord/internal/output"
	"supervisord/internal/supervise"
)

// idleRunners makes runners of programs that never start, with logs.
type idleRunners struct{ rings map[string]*output.Ring }

func (r idleRunners) New(p *config.Program) supervise.Runner {
	stdout := ""
	if len(p.Stdout.Targets) > 0 {
		stdout = p.Stdout.Targets[0].Path
	}
	return idleRunner{fakeRunner: &fakeRunner{}, stdout: stdout, ring: r.rings[p.Name]}
}

type idleRunner struct {
	*fakeRunner
	stdout string
	ring   *output.Ring
}

func (r idleRunner) Logs() (stdout, stderr string) { return r.stdout, "" }

func (r idleRunner) Files(s control.LogStream) []string {
	if s == control.Stderr || r.stdout == "" {
		return nil
	}
	return []string{r.stdout}
}

func (r idleRunner) Ring(s control.LogStream) *output.Ring {
	if s == control.Stderr {
		return nil
	}
	return r.ring
}

// realFiles are logs on a disk; the daemon's own is no file.
type realFiles struct{ *output.Files }

func (realFiles) Main() string { return "" }

func (f realFiles) Reopen() error { return f.ReopenAll() }

// withLogs returns a loop, which need not run, with a program whose log is the file at
// path, one whose output the ring keeps, and one with no log at all.
func withLogs(path string, ring *output.Ring) *supervise.Loop {
	conf := &config.Config{Groups: []config.Group{
		program("file", func(p *config.Program) {
			p.Stdout.Targets = []config.LogTarget{{Kind: config.LogFile, Path: path}}
		}),
		program("ring"),
		program("nothing"),
	}}
	return supervise.New(supervise.Options{
		Config: conf, NewRunner: idleRunners{map[string]*output.Ring{"ring": ring}}.New, Logs: realFiles{&output.Files{}},
	})
}

func logOf(name string) control.LogName {
	return control.LogName{Of: control.ParseSelector(name)}
}

func TestLogsWithoutAFileAreReadFromMemory(t *testing.T) {
	ring := &output.Ring{}
	l := withLogs("", ring)
	_, _ = ring.Write([]byte("0123456789")) // it never fails

	data, err := l.ReadLog(t.Context(), logOf("ring"), -3, 0)
	if string(data) != "789" || err != nil {
		t.Errorf("read: %q, %v", data, err)
	}
	_, err = l.ReadLog(t.Context(), logOf("ring"), -3, 1)
	if d := cmp.Diff(error(control.NewFault(control.BadArguments, "")), err); d != "" {
		t.Errorf("bad read (-want +got):\n%s", d)
	}
	tail, err := l.TailLog(t.Context(), logOf("ring"), 0, 4)
	if d := cmp.Diff(control.Tail{Data: []byte("6789"), Size: 10, Overflow: true}, tail); d != "" || err != nil {
		t.Errorf("tail: %v (-want +got):\n%s", err, d)
	}
	if _, err := l.ClearLogs(t.Context(), control.ParseSelector("ring")); err != nil {
		t.Error(err)
	}
	tail, err = l.TailLog(t.Context(), logOf("ring"), 0, 4)
	if d := cmp.Diff(control.Tail{Data: []byte{}}, tail); d != "" || err != nil {
		t.Errorf("tail of what was cleared: %v (-want +got):\n%s", err, d)
	}
}

func TestFollowLogFromFileAndFromMemory(t *testing.T) {
	path, ring, files := filepath.Join(t.TempDir(), "log"), &output.Ring{}, &output.Files{}
	file, err := files.Open(path, output.FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	l := withLogs(path, ring)
	for name, sink := range map[string]output.Sink{"file": file, "ring": ring} {
		write := func(text string) {
			t.Helper()
			if _, err := sink.Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		write("old one\n")
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		chunks, err := l.FollowLog(ctx, logOf(name), 4)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for chunk, err := range chunks {
			if err != nil {
				t.Fatal(err)
			}
			if got += string(chunk); got == "one\n" {
				write("two\n")
			}
			if len(got) >= 8 {
				stop()
			}
		}
		if got != "one\ntwo\n" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestFollowLogOfNothingIsAFaultAtOnce(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	l := withLogs(missing, nil)
	stderr := logOf("file")
	stderr.Stream = control.Stderr
	for _, c := range []struct {
		log  control.LogName
		want *control.Fault
	}{
		{logOf("nope"), control.NewFault(control.BadName, "")},
		{logOf("file:*"), control.NewFault(control.BadName, "")},
		{logOf("nothing"), control.NewFault(control.NoFile, "")},
		{stderr, control.NewFault(control.NoFile, "")},
		{control.LogName{Main: true}, control.NewFault(control.NoFile, "")},
		{logOf("file"), control.NewFault(control.NoFile, missing)},
	} {
		_, err := l.FollowLog(t.Context(), c.log, 0)
		if got, ok := errors.AsType[*control.Fault](err); !ok || cmp.Diff(c.want, got) != "" {
			t.Errorf("%v: %v, want %v", c.log, err, c.want)
		}
	}
}
