package runner_test

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"supervisord/internal/bus"
	"supervisord/internal/child"
	"supervisord/internal/config"
	"supervisord/internal/event"
	"supervisord/internal/output"
	"supervisord/internal/output/syslog"
	"supervisord/internal/output/timestamp"
	"supervisord/internal/process"
	"supervisord/internal/runner"
	"supervisord/internal/testenv"
)

// realChildren runs real programs; they end with the test.
func realChildren(t *testing.T, b *bus.Bus) *runner.Children {
	t.Helper()
	parent, err := child.NewParent(slog.New(slog.DiscardHandler), false, func(int, process.Exit) {})
	if err != nil {
		t.Fatal(err)
	}
	pump, err := output.NewPump(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &runner.Children{
		Parent: parent, Pump: pump, Files: new(output.Files), Syslog: new(syslog.Servers), Bus: b,
		Log: slog.New(slog.DiscardHandler), Environ: os.Environ(),
	}
	c.SetCommon(runner.Common{ChildLogDir: t.TempDir()})
	t.Cleanup(func() {
		parent.Close()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// untilDied starts a child and returns once its death is told.
func untilDied(t *testing.T, c *runner.Children, p config.Program) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testenv.Patience)
	defer cancel()
	inputs := make(chan process.Input, 2)
	c.New(&p).Start(child.Rank{}, func(in process.Input) { inputs <- in })
	for {
		select {
		case in := <-inputs:
			if spawned, ok := in.(process.Spawned); ok {
				t.Cleanup(func() { _ = syscall.Kill(-spawned.PID, syscall.SIGKILL) }) // its heirs
			}
			if failed, ok := in.(process.SpawnFailed); ok {
				t.Fatal(failed.Reason)
			}
			if _, ok := in.(process.Died); ok {
				return
			}
		case <-ctx.Done():
			t.Fatal("no death is told")
		}
	}
}

// talk leaves an heir of the pipes behind, so that they stay open.
const talk = `/bin/sleep 1000 & printf 'before<!--XSUPERVISOR:BEGIN-->caught<!--XSUPERVISOR:END-->after'; printf 'oh\377' >&2; exit 3`

func talker() config.Program {
	return config.Program{
		Name: "web_0", Group: "web", Command: "/bin/sh -c \"" + strings.ReplaceAll(talk, `\`, `\\`) + "\"",
		Stdout: config.StreamLog{CaptureMaxBytes: 100, EventsEnabled: true},
		Stderr: config.StreamLog{EventsEnabled: true},
	}
}

func TestOutputIsPublishedBeforeTheDeathIsTold(t *testing.T) {
	var b bus.Bus
	sub := b.Subscribe(100, event.ProcessLog, event.ProcessCommunication)
	untilDied(t, realChildren(t, &b), talker())
	sub.Close() // what comes later is not seen
	got := map[event.Type]string{}
	var last event.Event
	for e := range sub.Events(t.Context()) {
		if e.PID == 0 || e.At.IsZero() {
			t.Errorf("event without a pid or a time: %+v", e)
		}
		got[e.Type] += e.Data
		last = e
	}
	want := map[event.Type]string{
		event.ProcessLogStdout: "beforeafter", event.ProcessCommunicationStdout: "caught", event.ProcessLogStderr: "oh\xff",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	wantLast := event.Event{Process: "web_0", Group: "web"}
	if diff := cmp.Diff(wantLast, last, cmpopts.IgnoreFields(event.Event{}, "At", "PID", "Type", "Data", "Serial", "Change")); diff != "" {
		t.Error(diff)
	}
}

func TestOutputIsInEveryTargetInTheFormatOfTheLog(t *testing.T) {
	var b bus.Bus
	c := realChildren(t, &b)
	dir := t.TempDir()
	p := talker()
	p.RedirectStderr = true
	p.Command = `/bin/sh -c "/bin/sleep 1000 & echo one; printf two"`
	p.LogFormat = config.FormatText
	var err error
	if p.LogTimestamp, err = timestamp.Parse("%%"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b"} {
		p.Stdout.Targets = append(p.Stdout.Targets, config.LogTarget{Kind: config.LogFile, Path: filepath.Join(dir, name)})
	}
	untilDied(t, c, p)
	for _, target := range p.Stdout.Targets {
		got, err := os.ReadFile(target.Path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff("% web_0 stdout one\n% web_0 stdout two\n", string(got)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestProgramsOfPythonReachTheLocalSyslog(t *testing.T) {
	var b bus.Bus
	c := realChildren(t, &b)
	path := filepath.Join(t.TempDir(), "log")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c.Syslog.Local = []string{path}
	p := talker()
	p.Command = `/bin/echo one`
	p.Stdout = config.StreamLog{Syslog: true, Targets: []config.LogTarget{{Kind: config.LogSyslog}}} // once all the same
	p.SyslogFacility, p.SyslogStdoutPriority = "user", "info"
	untilDied(t, c, p)
	p.Stdout.Targets, p.Command = nil, `/bin/echo two`
	untilDied(t, c, p)
	if err := conn.SetReadDeadline(time.Now().Add(testenv.Patience)); err != nil {
		t.Fatal(err)
	}
	var got []string
	for buf := make([]byte, 1000); len(got) < 2; {
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatal(err, got)
		}
		got = append(got, regexp.MustCompile(`^<14>\w{3} [ \d]\d [\d:]{8} `).ReplaceAllString(string(buf[:n]), "TIME "))
	}
	if diff := cmp.Diff([]string{"TIME supervisord: web_0 one", "TIME supervisord: web_0 two"}, got); diff != "" {
		t.Error(diff)
	}
}
